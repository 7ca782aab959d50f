//! Charts and kustomizations of others, rendered as Argo CD renders them.

mod kustomization;
mod package;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use analysis::objects::yaml;
use manifests_lib::cluster::KubernetesMinor;
use manifests_lib::delivery::{Source, SourceFrom};
use serde_json::Value;
use support::{Failure, tell};
use tempfile::TempDir;

use programs::{Invocation, Program};

/// The first number of the Helm that Argo CD embeds since 3.5; another one may render otherwise.
///
/// Upstream: `hack/tool-versions.sh` of Argo CD
const EMBEDDED_HELM: u32 = 4;

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
    folder: TempDir,
}

impl<'a> Renderer<'a> {
    /// Asks the programs that these sources need for their versions. Charts are told that the cluster serves the kinds of `objects`.
    ///
    /// # Errors
    /// If a program is missing or too old, or nothing can be written below the folder for temporary files.
    pub fn new<'s>(
        origin: &'a Origin,
        kubernetes: KubernetesMinor,
        sources: impl IntoIterator<Item = &'s Source>,
        objects: impl IntoIterator<Item = &'s Value>,
    ) -> Result<Self, Failure> {
        let mut needed = BTreeSet::new();
        for source in sources {
            match source.from {
                SourceFrom::Chart { .. } => _ = needed.insert("helm"),
                SourceFrom::Kustomization { .. } => _ = needed.insert("kubectl"),
            }
        }
        let mut wanted = Vec::new();
        wanted.extend(needed.contains("helm").then_some(Program::Helm));
        if needed.contains("kubectl") {
            wanted.push(Program::Kubectl);
            wanted.push(Program::Git);
        }
        let helm = programs::require(&wanted, kubernetes)?.helm();
        if let Some(helm) = helm.filter(|helm| *helm != EMBEDDED_HELM) {
            tell(format_args!(
                "helm is of release {helm}, and Argo CD renders charts by Helm {EMBEDDED_HELM}: what they make may differ"
            ));
        }
        let folder = tempfile::tempdir().map_err(|error| {
            Failure::new(format!(
                "no temporary folder can be made: {error}; set TMPDIR to a folder that can be written"
            ))
        })?;
        let custom = objects.into_iter().filter_map(|object| {
            let version = object["apiVersion"].as_str().filter(|version| version.contains('.'))?;
            Some([version.to_owned(), format!("{version}/{}", object["kind"].as_str()?)])
        });
        let api_versions = custom.flatten().collect();
        Ok(Self { origin, kubernetes, api_versions, helm, folder })
    }

    /// The objects that a source becomes, with the namespace that Argo CD gives to those that name none.
    ///
    /// # Errors
    /// If the source is not where it should be, is not the one that is locked, or cannot be rendered.
    pub fn render(&self, source: &Source) -> Result<Vec<Value>, Failure> {
        let printed = match &source.from {
            SourceFrom::Chart { release, values, .. } => {
                let package = package::find(self, source)?;
                self.template(source, &package, release.as_str(), values)?
            }
            SourceFrom::Kustomization { .. } => kustomization::build(self, source)?,
        };
        objects(&printed, source)
    }

    fn template(
        &self,
        source: &Source,
        package: &Path,
        release: &str,
        values: &Value,
    ) -> Result<String, Failure> {
        let mut arguments = vec![
            "template".to_owned(),
            release.to_owned(),
            package.display().to_string(),
            format!("--namespace={}", source.namespace.name()),
            format!("--kube-version=1.{}.0", self.kubernetes.0),
            "--include-crds".to_owned(),
            "--skip-tests".to_owned(),
            // From standard input: nothing is written to disk. JSON is YAML.
            "--values=-".to_owned(),
        ];
        let served = self.api_versions.iter().map(|version| format!("--api-versions={version}"));
        arguments.extend(served);
        Invocation::new(Program::Helm, arguments).with_input(values.to_string()).output()
    }
}

/// What a source is called: `the chart kiali-server 2.29.0`.
#[must_use]
pub fn name(source: &Source) -> String {
    match &source.from {
        SourceFrom::Chart { name, version, .. } => format!("the chart {name} {version}"),
        SourceFrom::Kustomization { repository, release, .. } => {
            format!("the kustomization {} {release}", repository.repository_name())
        }
    }
}

/// Reads what was printed.
fn objects(printed: &str, source: &Source) -> Result<Vec<Value>, Failure> {
    let (documents, error) = yaml::documents(printed);
    if let Some(error) = error {
        return Err(Failure::new(format!(
            "{}: {} becomes what is not YAML: {error}; correct its values",
            source.origin,
            name(source)
        )));
    }
    let mut objects: Vec<Value> = documents.into_iter().map(|document| document.value).collect();
    objects.retain(|object| object["kind"].is_string() && object["metadata"].is_object());
    for object in &mut objects {
        let namespace = &mut object["metadata"]["namespace"];
        if namespace.is_null() {
            // Kinds of the whole cluster lose it again where their scope is known.
            *namespace = Value::String(source.namespace.to_string());
        }
    }
    Ok(objects)
}
