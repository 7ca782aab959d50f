//! Runs the program on files of its own, below a temporary folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub use released::sha256;
use tempfile::TempDir;

/// What a run left behind.
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// A temporary folder with sources in `upstream`, a lock file `crds.toml` and the output folder `out`.
pub struct Scratch {
    folder: TempDir,
}

impl Scratch {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("upstream")).expect("a folder");
        fs::create_dir(folder.path().join("out")).expect("a folder");
        Self { folder }
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    pub fn write(&self, below: &str, text: impl AsRef<[u8]>) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// Writes a source and a lock file that lists one kind of it; `more` is added to the kind's entry.
    pub fn lock(&self, crd: &str, kind: &str, more: &str) {
        self.write("upstream/example.yaml", crd);
        self.write("crds.toml", lock("https://example.org/v1.2.3/example.yaml", crd, kind, more));
    }

    /// `import crd` with these arguments, the lock file and the output folder of this scratch.
    pub fn import(&self, arguments: &[&str]) -> Outcome {
        let mut all = vec!["--output", "out", "--lock", "crds.toml"];
        all.extend(arguments);
        self.run(&all)
    }

    /// `import crd --all` on the sources.
    pub fn import_all(&self, arguments: &[&str]) -> Outcome {
        let mut all = vec!["--output", "out", "--all", "--from", "upstream"];
        all.extend(arguments);
        self.run(&all)
    }

    /// `import crd` with exactly these arguments, in this folder.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(arguments, &[])
    }

    pub fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Outcome {
        let mut command = Command::new(env!("CARGO_BIN_EXE_import"));
        command.arg("crd").args(arguments).current_dir(self.folder.path());
        command.env("XDG_CACHE_HOME", self.path("cache"));
        for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(proxy);
        }
        command.envs(environment.iter().copied());
        let output = command.output().expect("the program starts");
        Outcome {
            code: output.status.code().expect("the program ends by itself"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// Every file below the output folder.
    pub fn output(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        collect(&self.path("out"), "", &mut files);
        files
    }

    /// A generated file without its header.
    pub fn body(&self, below: &str) -> String {
        let text = fs::read_to_string(self.path("out").join(below)).expect("a generated file");
        let lines = text.lines().skip_while(|line| line.starts_with("// "));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// A lock file with one source and one kind.
pub fn lock(url: &str, crd: &str, kind: &str, more: &str) -> String {
    let sha256 = sha256(crd.as_bytes());
    format!(
        "[[source]]\nurl = \"{url}\"\nrelease = \"v1.2.3\"\nsha256 = \"{sha256}\"\n\n\
         [[source.kind]]\napi_version = \"example.org/v1\"\nkind = \"{kind}\"\n{more}\n"
    )
}

/// A CRD of the group `example.org`, version `v1`, with this schema of `spec`.
pub fn crd(kind: &str, spec: &str) -> String {
    let plural = format!("{}s", kind.to_lowercase());
    format!(
        "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {plural}.example.org
spec:
  group: example.org
  names:
    kind: {kind}
    plural: {plural}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          apiVersion: {{type: string}}
          kind: {{type: string}}
          metadata: {{type: object}}
          spec:
{}
          status: {{type: object}}
",
        indented(spec, 12)
    )
}

/// The types that the schema of a `spec` leads to, in the kind `Example`.
pub fn types(spec: &str) -> String {
    types_with(spec, &[])
}

/// The same with further arguments.
pub fn types_with(spec: &str, arguments: &[&str]) -> String {
    let scratch = Scratch::new();
    scratch.write("upstream/example.yaml", crd("Example", spec));
    let outcome = scratch.import_all(arguments);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, ""), "{}", outcome.stderr);
    below_spec(&scratch.body("src/example/v1/example.rs"))
}

/// A generated module from the type of `spec` on.
pub fn below_spec(module: &str) -> String {
    let start = module.find("/// `spec` of").expect("the documentation of spec");
    module[start..].to_owned()
}

/// Text with its own indentation replaced.
pub fn indented(text: &str, by: usize) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let own = lines.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let shifted: Vec<String> =
        lines.iter().map(|line| format!("{}{}", " ".repeat(by), &line[own..])).collect();
    shifted.join("\n")
}

fn collect(folder: &Path, below: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("UTF-8");
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.file_type().expect("a kind of file").is_dir() {
            collect(&entry.path(), &path, files);
            // An empty folder would be left behind, too.
            files.entry(format!("{path}/")).or_default();
        } else {
            files.insert(path, fs::read_to_string(entry.path()).unwrap_or_default());
        }
    }
}
