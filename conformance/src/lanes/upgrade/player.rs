//! What every scene needs: packages of charts, folders of manifests, and a run of `cargo xtask`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Failure, Program, Programs, Report, cannot_write, progress, refused};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::lanes::{cargo, helm};

/// A chart of the lane: its templates in one file, its version beside them.
#[derive(Clone, Copy)]
pub struct Chart<'a> {
    pub version: &'a str,
    pub templates: &'a str,
}

/// Runs `cargo xtask` on charts, in a folder of its own.
pub struct Player<'a> {
    pub programs: &'a Programs,
    folder: TempDir,
}

/// What a run has said, and how it has ended.
pub struct Said {
    code: Option<i32>,
    pub output: String,
    pub error: String,
}

impl<'a> Player<'a> {
    /// Builds xtask, and has helm and kubectl at hand.
    pub fn new(programs: &'a Programs) -> Result<Self, Failure> {
        let player = Self { programs, folder: programs.temporary_folder()? };
        let bin = player.folder("bin")?;
        for program in [Program::HELM, Program::KUBECTL] {
            let link = bin.join(program.name());
            std::os::unix::fs::symlink(programs.path(program)?, &link)
                .map_err(|error| cannot_write(&link, &error))?;
        }
        progress("upgrade: building xtask");
        cargo::build(programs, &["xtask"])?;
        Ok(player)
    }

    /// An empty folder.
    pub fn folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.folder.path().join(name);
        let made = match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => fs::create_dir_all(&folder),
        };
        made.map_err(|error| cannot_write(&folder, &error))?;
        Ok(folder)
    }

    /// Has helm pack a chart `shop` into a folder.
    pub fn package(&self, chart: Chart<'_>, into: &Path) -> Result<(), Failure> {
        let folder = self.folder("chart")?.join("shop");
        let metadata = json!({"apiVersion": "v2", "name": "shop", "version": chart.version});
        write(&folder.join("Chart.yaml"), &metadata.to_string())?;
        write(&folder.join("values.yaml"), "{replicas: 1, colour: red}")?;
        write(&folder.join("templates/all.yaml"), chart.templates)?;
        write(&folder.join("crds/orders.yaml"), include_str!("shop/definition.yaml"))?;
        let mut command = Command::new(self.programs.path(Program::HELM)?);
        helm::keep_files_in(&mut command, self.folder.path());
        command.arg("package").arg(&folder).arg("--destination").arg(into);
        let output = self.programs.run(&mut command)?;
        if output.status.success() {
            return Ok(());
        }
        Err(refused("helm package", &output))
    }

    /// A folder with packages of charts.
    pub fn packages(&self, charts: &[Chart<'_>]) -> Result<PathBuf, Failure> {
        let folder = self.folder("packages")?;
        charts.iter().try_for_each(|chart| self.package(*chart, &folder))?;
        Ok(folder)
    }

    /// Compares two folders of manifests.
    pub fn plan(&self, from: &[Value], to: &[Value], arguments: &[&str]) -> Result<Said, Failure> {
        let (old, new) = (self.folder("old")?, self.folder("new")?);
        write(&old.join("all.yaml"), &documents(from))?;
        write(&new.join("all.yaml"), &documents(to))?;
        let (old, new) = (old.display().to_string(), new.display().to_string());
        self.xtask(&[&["plan", "--from", &old, "--to", &new], arguments].concat(), None)
    }

    /// Checks manifests.
    pub fn check(&self, objects: &[Value], arguments: &[&str]) -> Result<Said, Failure> {
        let folder = self.folder("checked")?;
        write(&folder.join("all.yaml"), &documents(objects))?;
        let path = folder.display().to_string();
        self.xtask(&[&["check", "--path", &path], arguments].concat(), None)
    }

    /// Runs `cargo xtask`; what it works on is this repository, or another folder.
    pub fn xtask(&self, arguments: &[&str], workspace: Option<&Path>) -> Result<Said, Failure> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let bin = [self.folder.path().join("bin")];
        let folders = bin.into_iter().chain(std::env::split_paths(&path));
        // A folder that was on the PATH has no colon, and this one's name is our own.
        let path = std::env::join_paths(folders).unwrap_or(path.clone());
        let mut command = cargo::cargo()?;
        command
            .args(["run", "--quiet", "--package", "xtask", "--"])
            .args(arguments)
            .env("PATH", path)
            // What is downloaded stays here.
            .env("XDG_CACHE_HOME", self.folder.path().join("caches"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        helm::keep_files_in(&mut command, self.folder.path());
        if let Some(workspace) = workspace {
            command.env(support::WORKSPACE, workspace);
        }
        let output = self.programs.run(&mut command)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Said {
            code: output.status.code(),
            output: text(&output.stdout),
            error: text(&output.stderr),
        })
    }
}

impl Said {
    /// A finding unless it has ended like this, has said all of these on its two outputs, and nothing of those.
    pub fn expect(
        &self,
        report: &mut Report,
        scene: &str,
        code: i32,
        words: &[&str],
        silent: &[&str],
    ) {
        let all = format!("{}{}", self.output, self.error);
        if self.code != Some(code) {
            report.finding(format!("{scene}: exit code {:?} instead of {code}:\n{all}", self.code));
        }
        for missing in words.iter().filter(|words| !all.contains(**words)) {
            report.finding(format!("{scene}: it does not say {missing:?}:\n{all}"));
        }
        for said in silent.iter().filter(|words| all.contains(**words)) {
            report.finding(format!("{scene}: it says {said:?}:\n{all}"));
        }
    }

    /// The changes of a plan in JSON, a line each: sign, object, worst effect, and the fields that differ.
    pub fn changes(&self) -> Vec<String> {
        let plan: Value = serde_json::from_str(&self.output).unwrap_or_default();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let groups = list(&plan["plans"][0]["groups"]);
        let changes = groups.iter().flat_map(|group| {
            let name = group["name"].as_str().unwrap_or_default().to_owned();
            list(&group["changes"]).into_iter().map(move |change| (name.clone(), change))
        });
        let mut lines: Vec<String> = changes
            .map(|(group, change)| {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let object = &change["object"];
                let fields: Vec<_> = list(&change["fields"]);
                let fields: Vec<_> = fields.iter().map(|field| text(&field["path"])).collect();
                let namespace = object["namespace"].as_str();
                let namespace = namespace.map(|name| format!("{name}/")).unwrap_or_default();
                format!(
                    "{group}: {} {} {namespace}{}: {} {}",
                    text(&change["action"]),
                    text(&object["kind"]),
                    text(&object["name"]),
                    text(&change["worst"]),
                    fields.join(" ")
                )
                .trim_end()
                .to_owned()
            })
            .collect();
        lines.sort_unstable();
        lines
    }
}

/// Writes a file, and the folders above it.
pub fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let made = file.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| fs::write(file, text)).map_err(|error| cannot_write(file, &error))
}

/// JSON is YAML.
fn documents(objects: &[Value]) -> String {
    let texts: Vec<String> = objects.iter().map(Value::to_string).collect();
    texts.join("\n---\n")
}
