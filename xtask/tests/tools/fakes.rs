//! Fake programs that record how they were called, and imitate a cluster as far as the commands need it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// Each of them is this script under another name; `$FAKES` is their folder.
const SCRIPT: &str = r#"#!/bin/sh
PATH=/usr/bin:/bin
program=${0##*/}
call="$program $*"
printf '%s\n' "$call" >> "$FAKES/calls"
cluster="$FAKES/cluster"
number=$(wc -l < "$FAKES/calls")
die() { [ "$number" -eq "${KILLED_AT:-0}" ] && [ "${KILLED:-}" = "$1" ] && kill -KILL "$PPID" && exit 1; }
die before
case "$call" in
    'helm version'*) echo "${HELM:-v3.19.4+g7cfb6e4}" ;;
    'kubectl config view'*) cat "$FAKES/kubeconfig" ;;
    *' delete secret '*) rm -f "$cluster/pending" ;;
    *' apply '*)
        for argument; do
            case "$argument" in --filename=-) cat > "$cluster/input" ;; --filename=*) cp "${argument#--filename=}" "$cluster/" || exit 1 ;; esac
        done ;;
    *' wait '*) [ -e "$cluster/release" ] || exit 1 ;;
    'helm upgrade '*)
        [ -e "$cluster/pending" ] && { echo 'another operation is in progress' >&2; exit 1; }
        : > "$cluster/pending"
        cat > "$FAKES/values"
        die between
        mv "$FAKES/values" "$cluster/release"
        rm "$cluster/pending" ;;
    'docker info'*) echo "${DOCKER:-16 68719476736}" ;;
    'docker image inspect'*) case "$call" in *"${UNBUILT:-nothing}"*) exit 1 ;; esac ;;
    'minikube node list'*) [ -e "$FAKES/nodes" ] || exit "${NODES_FAIL:-85}"; cat "$FAKES/nodes" ;;
    'minikube node add'*) echo another >> "$FAKES/nodes" ;;
    'minikube start'*) [ -e "$FAKES/nodes" ] || printf '1\n2\n3\n4\n5\n' > "$FAKES/nodes" ;;
esac
code=$?
die after
exit $code
"#;

/// A folder of fakes, which is the only folder on the `PATH`.
pub struct Fakes {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Fakes {
    /// With these programs and no others.
    pub fn new(programs: &[&str]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        for program in programs {
            let file = folder.path().join(program);
            fs::write(&file, SCRIPT).expect("a writable folder");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("an own file");
        }
        fs::create_dir(folder.path().join("cluster")).expect("a writable folder");
        let fakes = Self { folder, variables: Vec::new() };
        fakes.contexts(&[("minikube", "minikube")]);
        fakes
    }

    /// The contexts that kubectl knows, and the cluster of each; the first is the current one.
    pub fn contexts(&self, contexts: &[(&str, &str)]) {
        let entries: Vec<_> = contexts
            .iter()
            .map(|(name, cluster)| serde_json::json!({ "name": name, "context": { "cluster": cluster } }))
            .collect();
        let current = contexts.first().map(|(name, _)| *name);
        self.write(
            "kubeconfig",
            &serde_json::json!({ "contexts": entries, "current-context": current }).to_string(),
        );
    }

    /// Environment variables of the fakes.
    pub fn with(mut self, variable: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((variable, value.into()));
        self
    }

    /// A cargo that prints how it was called, then does this.
    pub fn with_cargo(self, end: &str) -> Self {
        let cargo = self.folder.path().join("cargo");
        fs::write(&cargo, format!("#!/bin/sh\necho \"$*\"\n{end}\n")).expect("a writable folder");
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("an own file");
        self.with("CARGO", cargo.display().to_string())
    }

    pub fn write(&self, file: &str, contents: &str) {
        fs::write(self.folder.path().join(file), contents).expect("a writable folder");
    }

    /// Runs the command as from the root of the workspace.
    pub fn xtask(&self, arguments: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(arguments)
            .current_dir(workspace())
            .env("PATH", self.folder.path())
            .env("FAKES", self.folder.path())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(std::process::Stdio::null())
            .output()
            .expect("the program that was just built");
        Run(output)
    }

    /// How the fakes were called, in order.
    pub fn calls(&self) -> String {
        fs::read_to_string(self.folder.path().join("calls")).unwrap_or_default()
    }

    /// The fake cluster: names and contents of files.
    pub fn cluster(&self) -> Vec<(String, String)> {
        let entries = fs::read_dir(self.folder.path().join("cluster")).expect("a readable folder");
        let mut files: Vec<_> = entries
            .map(|entry| {
                let entry = entry.expect("a readable folder");
                let contents = fs::read_to_string(entry.path()).expect("a readable file");
                (entry.file_name().to_string_lossy().into_owned(), contents)
            })
            .collect();
        files.sort();
        files
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// How the command ended, and its output.
pub struct Run(Output);

impl Run {
    pub fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    /// The signal that ended it, if one did.
    pub fn signal(&self) -> Option<i32> {
        self.0.status.signal()
    }

    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}
