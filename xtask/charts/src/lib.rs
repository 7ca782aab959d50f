//! Charts and kustomizations of others, rendered as Argo CD renders them.

mod applications;
pub mod argocd;
mod compared;
mod kustomization;
mod locks;
mod package;
mod repository;
mod secrets;
mod source;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use analysis::objects::{Value, is_manifest, yaml};
use manifests_lib::cluster::KubernetesMinor;
use programs::{Invocation, Program};
use support::{Failure, tell};
use tempfile::TempDir;

pub use applications::Applications;
pub use compared::{Compared, see};
pub use locks::Locks;
pub use source::{Chart, Folder, From, Helm, Source, ValueFile};

/// Where charts and kustomizations come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A folder with packages `NAME-VERSION.tgz`, and with checked-out repositories.
    Folder(PathBuf),
    /// Their repositories; packages are kept for the next run, by their digests.
    Repositories,
}

impl FromStr for Origin {
    type Err = Infallible;

    /// A folder; an empty text stands for the repositories.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(if text.is_empty() { Self::Repositories } else { Self::Folder(text.into()) })
    }
}

/// Renders charts and kustomizations.
#[derive(Debug)]
pub struct Renderer<'a> {
    origin: &'a Origin,
    kubernetes: KubernetesMinor,
    /// What the cluster serves beyond Kubernetes, as charts ask for it.
    api_versions: BTreeSet<String>,
    helm: Option<u32>,
    /// Packages and copies of repositories, while they are rendered.
    folder: Arc<TempDir>,
}

impl<'a> Renderer<'a> {
    /// Asks the programs that these sources need for their versions. Charts are told that the cluster serves the kinds of `objects`; those
    /// also say which Argo CD runs, and the user is told if it embeds another Helm.
    ///
    /// # Errors
    /// If a program is missing or too old, or nothing can be written below the folder for temporary files.
    pub fn new<'s>(
        origin: &'a Origin,
        kubernetes: KubernetesMinor,
        sources: impl IntoIterator<Item = &'s Source>,
        objects: &[&Value],
    ) -> Result<Self, Failure> {
        let mut wanted = Vec::new();
        let mut need = |program| {
            if !wanted.contains(&program) {
                wanted.push(program);
            }
        };
        for source in sources {
            match source.from {
                From::Chart(_) => need(Program::Helm),
                From::Folder(_) => [Program::Kubectl, Program::Git].into_iter().for_each(&mut need),
            }
            if source.helm.files.iter().any(|file| file.folder.is_some()) {
                need(Program::Git);
            }
        }
        let helm = programs::require(&wanted, kubernetes)?.helm();
        tell_of_another(helm, argocd::version(objects.iter().copied()));
        let folder = tempfile::tempdir().map_err(|error| {
            Failure::new(format!(
                "no temporary folder can be made: {error}; set TMPDIR to a folder that can be written"
            ))
        })?;
        let api_versions = served(objects);
        Ok(Self { origin, kubernetes, api_versions, helm, folder: Arc::new(folder) })
    }

    /// The same, for a cluster of this release that serves the kinds of other objects.
    fn also_for(&self, kubernetes: KubernetesMinor, objects: &[&Value]) -> Self {
        Self {
            origin: self.origin,
            kubernetes,
            api_versions: served(objects),
            helm: self.helm,
            folder: Arc::clone(&self.folder),
        }
    }

    /// The objects that a source becomes, with the namespace that Argo CD gives to those that name none. Nothing where the folder of a
    /// repository is neither a chart nor a kustomization, and has no manifests.
    ///
    /// # Errors
    /// If the source is not where it should be, is not the one that is locked, or cannot be rendered.
    pub fn render(&self, source: &Source) -> Result<Option<Vec<Value>>, Failure> {
        let printed = match &source.from {
            From::Chart(chart) => self.template(source, &package::find(self, source, chart)?)?,
            From::Folder(folder) => {
                let found = repository::find(self, source, folder)?;
                let path = repository::within(&found, &folder.path).filter(|path| path.is_dir());
                let path = path.ok_or_else(|| {
                    source.failure("is not there: correct the path or the revision")
                })?;
                if path.join("Chart.yaml").is_file() {
                    self.template(source, &path)?
                } else if kustomization::file(&path).is_some() {
                    let copy = repository::copy(self, &found)?.join(&folder.path);
                    kustomization::build(source, &copy)?
                } else {
                    let mut files = Vec::new();
                    manifests(&path, source.recurses, &mut files)
                        .map_err(|error| package::cannot_read(&path, &error))?;
                    if files.is_empty() {
                        return Ok(None);
                    }
                    files.join("\n---\n")
                }
            }
        };
        objects(&printed, source).map(Some)
    }

    /// What helm makes of a package, or of a folder with a chart.
    fn template(&self, source: &Source, chart: &Path) -> Result<String, Failure> {
        let Helm { release, values, kubernetes, without_definitions, .. } = &source.helm;
        let mut arguments =
            vec!["template".to_owned(), release.clone(), chart.display().to_string()];
        arguments.extend(source.namespace.as_ref().map(|name| format!("--namespace={name}")));
        arguments.push(match kubernetes {
            Some(version) => format!("--kube-version={version}"),
            None => format!("--kube-version=1.{}.0", self.kubernetes.0),
        });
        if !without_definitions {
            arguments.push("--include-crds".to_owned());
        }
        arguments.push("--skip-tests".to_owned());
        for file in self.value_files(source, chart)? {
            arguments.push(format!("--values={}", file.display()));
        }
        // From standard input: nothing is written to disk. JSON is YAML.
        arguments.push("--values=-".to_owned());
        arguments.extend_from_slice(&source.helm.arguments);
        let served = self.api_versions.iter().map(|version| format!("--api-versions={version}"));
        arguments.extend(served);
        // Whatever is said of this call, its values are not.
        let call = Invocation::new(Program::Helm, arguments).with_secret_input(values.clone());
        let outcome = call.outcome()?;
        if outcome.success() {
            return Ok(outcome.output);
        }
        let said = secrets::without(&outcome.error, &source.helm);
        let lines =
            said.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(HINT));
        let why = lines.collect::<Vec<_>>().join("; ");
        let why = if why.is_empty() { "it does not say why" } else { why.as_str() };
        Err(source.failure(format_args!("cannot be rendered by helm: {why}")))
    }

    /// The files of values that are there.
    fn value_files(&self, source: &Source, chart: &Path) -> Result<Vec<PathBuf>, Failure> {
        let mut found = Vec::new();
        for file in &source.helm.files {
            let folder = match &file.folder {
                Some(folder) => repository::find(self, source, folder)?,
                None if chart.is_dir() => chart.to_owned(),
                None => {
                    return Err(source.failure(format_args!(
                        "takes values from {}, which is in its package and cannot be read there: write them into valuesObject, or \
                         into a repository",
                        file.path
                    )));
                }
            };
            match repository::within(&folder, &file.path) {
                Some(path) => found.push(path),
                None if file.is_optional => {}
                None => {
                    return Err(source.failure(format_args!(
                        "takes values from {}, which is not there: correct valueFiles",
                        file.path
                    )));
                }
            }
        }
        Ok(found)
    }
}

/// What helm adds to its errors.
const HINT: &str = "Use --debug flag";

/// The API versions and kinds that a cluster with these objects serves beyond Kubernetes.
fn served(objects: &[&Value]) -> BTreeSet<String> {
    let mut served = BTreeSet::new();
    let mut add = |version: &str, kind: &str| {
        served.insert(version.to_owned());
        served.insert(format!("{version}/{kind}"));
    };
    for object in objects {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (version, kind) = (text(&object["apiVersion"]), text(&object["kind"]));
        if kind == "CustomResourceDefinition" {
            let spec = &object["spec"];
            let (group, defined) = (text(&spec["group"]), text(&spec["names"]["kind"]));
            for version in spec["versions"].as_array().into_iter().flatten() {
                add(&format!("{group}/{}", text(&version["name"])), &defined);
            }
        }
        if version.contains('.') {
            add(&version, &kind);
        }
    }
    served
}

/// The texts of the manifests in a folder.
fn manifests(folder: &Path, recurses: bool, texts: &mut Vec<String>) -> std::io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() && recurses && entry.file_name() != ".git" {
            manifests(&path, recurses, texts)?;
        } else if kind.is_file() && is_manifest(&path) {
            texts.push(fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// Says so if charts are rendered by another Helm than the one that the deployed Argo CD embeds.
fn tell_of_another(helm: Option<u32>, argo_cd: Option<String>) {
    let (Some(helm), Some(argo_cd)) = (helm, argo_cd) else { return };
    if let Some(embedded) = argocd::helm(&argo_cd).filter(|embedded| *embedded != helm) {
        tell(format_args!(
            "helm is of release {helm}, and Argo CD {argo_cd} renders charts by Helm {embedded}: what they make may differ"
        ));
    }
}

/// Reads what was printed.
fn objects(printed: &str, source: &Source) -> Result<Vec<Value>, Failure> {
    let (documents, error) = yaml::documents(printed);
    if let Some(error) = error {
        return Err(
            source.failure(format_args!("becomes what is not YAML: {error}; correct its values"))
        );
    }
    let mut objects = Vec::new();
    for document in documents {
        let mut value = document.value;
        let is_list = value["kind"].as_str().is_some_and(|kind| kind.ends_with("List"));
        if is_list && value["items"].is_array() {
            if let Value::Array(items) = value["items"].take() {
                objects.extend(items);
            }
        } else {
            objects.push(value);
        }
    }
    objects.retain(|object| object["kind"].is_string() && object["metadata"].is_object());
    for object in &mut objects {
        let namespace = &mut object["metadata"]["namespace"];
        if let (Value::Null, Some(own)) = (&*namespace, &source.namespace) {
            // Kinds of the whole cluster lose it again where their scope is known.
            *namespace = own.as_str().into();
        }
    }
    Ok(objects)
}
