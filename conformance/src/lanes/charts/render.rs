//! helm and kustomize, as Argo CD runs them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use harness::{Failure, Program, Programs, cannot_write};
use manifests_lib::delivery::SourceFrom;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::helm;
use super::documents::Made;
use crate::rendered::{Object, RenderedSource};

/// The version that charts are told; both clusters run it.
const KUBERNETES: &str = "1.35.4";

/// Renders charts and kustomizations.
pub struct Renderer<'a> {
    programs: &'a Programs,
    /// Folder with charts and checked-out repositories; without it they come from their repositories.
    charts: Option<&'a Path>,
    /// What the cluster serves beyond Kubernetes, as charts ask for it.
    api_versions: Vec<String>,
    folder: TempDir,
}

impl<'a> Renderer<'a> {
    /// Charts are told that the cluster serves the kinds of `objects`.
    pub fn new(
        programs: &'a Programs,
        charts: Option<&'a Path>,
        objects: &[Object],
    ) -> Result<Self, Failure> {
        let api_versions: BTreeSet<String> = objects
            .iter()
            .filter(|object| object.api_version.contains('.'))
            .flat_map(|object| {
                let version = object.api_version;
                [version.to_owned(), format!("{version}/{}", object.identity.kind)]
            })
            .collect();
        Ok(Self {
            programs,
            charts,
            api_versions: api_versions.into_iter().collect(),
            folder: programs.temporary_folder()?,
        })
    }

    /// What a source becomes.
    pub fn render(&self, source: &RenderedSource) -> Result<Made, Failure> {
        let printed = match &source.spec.from {
            SourceFrom::Chart { values, .. } => self.template(source, values)?,
            SourceFrom::Kustomization { .. } => self.kustomize(source)?,
        };
        Made::read(&source.spec, &source.bundle, &printed)
    }

    /// What a chart becomes with other values.
    pub fn render_with(&self, source: &RenderedSource, values: &Value) -> Result<Made, Failure> {
        Made::read(&source.spec, &source.bundle, &self.template(source, values)?)
    }

    /// Where the chart of a source is: in the folder that was given, or fetched from its repository, once.
    pub fn chart(&self, source: &RenderedSource) -> Result<PathBuf, Failure> {
        let (SourceFrom::Chart { name, version, .. }, Some(released)) =
            (&source.spec.from, source.spec.helm_arguments())
        else {
            return Ok(PathBuf::new());
        };
        if let Some(folder) = self.charts {
            return helm::local_chart(folder, name, version);
        }
        let package = self.folder.path().join(format!("{name}-{version}.tgz"));
        if !package.exists() {
            let mut command = Command::new(self.programs.path(Program::HELM)?);
            helm::keep_files_in(&mut command, self.folder.path());
            command.arg("pull").args(released).arg("--destination").arg(self.folder.path());
            self.printed(source, &mut command)?;
        }
        Ok(package)
    }

    /// The commit that the tag of a kustomization leads to.
    pub fn commit(&self, source: &RenderedSource) -> Result<String, Failure> {
        let copy = self.checked_out(source)?;
        let mut command = Command::new("git");
        // Only its own: a folder without one may be inside another repository.
        command.arg("--git-dir").arg(copy.join(".git")).args(["rev-parse", "HEAD"]);
        Ok(self.printed(source, &mut command)?.trim().to_owned())
    }

    fn template(&self, source: &RenderedSource, values: &Value) -> Result<String, Failure> {
        let SourceFrom::Chart { release, .. } = &source.spec.from else {
            return Ok(String::new());
        };
        let file = self.folder.path().join("values.json");
        fs::write(&file, values.to_string()).map_err(|error| cannot_write(&file, &error))?;
        let mut command = Command::new(self.programs.path(Program::HELM)?);
        helm::keep_files_in(&mut command, self.folder.path());
        command
            .arg("template")
            .arg(release.as_str())
            .arg(self.chart(source)?)
            .args(["--namespace", source.spec.namespace.name().as_str()])
            .args(["--kube-version", KUBERNETES])
            .args(["--include-crds", "--skip-tests"])
            .arg("--values")
            .arg(&file);
        for version in &self.api_versions {
            command.args(["--api-versions", version]);
        }
        self.printed(source, &mut command)
    }

    /// Argo CD writes images and patches into the kustomization itself.
    fn kustomize(&self, source: &RenderedSource) -> Result<String, Failure> {
        let SourceFrom::Kustomization { path, .. } = &source.spec.from else {
            return Ok(String::new());
        };
        let kustomize = source.spec.kustomize().unwrap_or_default();
        let program = self.programs.path(Program::KUSTOMIZE)?;
        let folder = self.checked_out(source)?.join(path.as_str());
        let file = ["kustomization.yaml", "kustomization.yml", "Kustomization"]
            .iter()
            .map(|name| folder.join(name))
            .find(|file| file.is_file())
            .ok_or_else(|| {
                Failure::new(format!(
                    "{source} ({}) has no kustomization in {path}: correct the path or the release",
                    source.spec.origin
                ))
            })?;
        if let Some(images) = &kustomize.images {
            let mut command = Command::new(&program);
            command.current_dir(&folder).args(["edit", "set", "image"]).args(images);
            self.printed(source, &mut command)?;
        }
        let unreadable = |reason: String| {
            Failure::new(format!(
                "{} of {source} cannot be read: {reason}; is it the released one?",
                file.display()
            ))
        };
        let text = fs::read_to_string(&file).map_err(|error| unreadable(error.to_string()))?;
        let mut kustomization: Value =
            serde_yaml::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
        for patch in kustomize.patches.iter().flatten() {
            push(&mut kustomization["patches"], json!(patch));
        }
        // JSON is YAML.
        fs::write(&file, kustomization.to_string()).map_err(|error| cannot_write(&file, &error))?;
        let mut command = Command::new(&program);
        command.arg("build").arg(&folder);
        self.printed(source, &mut command)
    }

    /// A copy of the source's repository that may be changed.
    pub fn checked_out(&self, source: &RenderedSource) -> Result<PathBuf, Failure> {
        let SourceFrom::Kustomization { repository, release, .. } = &source.spec.from else {
            return Ok(PathBuf::new());
        };
        let name = repository.repository_name();
        let copy = self.folder.path().join(name);
        if copy.exists() {
            fs::remove_dir_all(&copy).map_err(|error| cannot_write(&copy, &error))?;
        }
        let mut command = if let Some(charts) = self.charts {
            let folder = charts.join(name);
            if !folder.is_dir() {
                return Err(Failure::new(format!(
                    "{source} ({}) is not in {}: check out {repository} at {release} there as {name}",
                    source.spec.origin,
                    charts.display()
                )));
            }
            let mut command = Command::new("cp");
            command.arg("-R").arg(folder).arg(&copy);
            command
        } else {
            let mut command = Command::new("git");
            command
                .args(["clone", "--quiet", "--depth", "1", "--branch", release.as_str()])
                .arg(repository.as_str())
                .arg(&copy);
            command
        };
        self.printed(source, &mut command)?;
        Ok(copy)
    }

    fn printed(&self, source: &RenderedSource, command: &mut Command) -> Result<String, Failure> {
        let Output { status, stdout, stderr } = self.programs.run(command)?;
        if status.success() {
            return Ok(String::from_utf8_lossy(&stdout).into_owned());
        }
        Err(Failure::new(format!(
            "{source} ({}) cannot be rendered by {}; where its repository cannot be reached, give charts with --charts",
            source.spec.origin,
            command.get_program().display()
        ))
        .with_output(&String::from_utf8_lossy(&stderr)))
    }
}

fn push(list: &mut Value, element: Value) {
    match list {
        Value::Array(list) => list.push(element),
        other => *other = Value::Array(vec![element]),
    }
}
