//! What is rendered: a chart, or a folder of a Git repository, as an Application names it.

use analysis::objects::{Value, json, list, text};
use manifests_lib::delivery::{Source as PlatformSource, SourceFrom};
use support::Failure;

use crate::locks::Locks;

/// A chart, or a folder of a Git repository.
#[derive(Clone, Debug)]
pub struct Source {
    /// The line that deploys it.
    pub written: String,
    /// The namespace of what it makes, unless it says otherwise itself; none where the Application names none.
    pub namespace: Option<String>,
    /// Where it comes from.
    pub from: From,
    /// What helm is told, where it is a chart.
    pub helm: Helm,
    /// What Argo CD writes into a kustomization, by the names of `spec.source.kustomize`.
    pub kustomize: Value,
    /// Whether the manifests in folders below count, where it is a folder of plain ones.
    pub recurses: bool,
}

/// Where a [`Source`] comes from.
#[derive(Clone, Debug)]
pub enum From {
    /// A Helm repository.
    Chart(Chart),
    /// A Git repository.
    Folder(Folder),
}

/// A released chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Its name.
    pub name: String,
    /// The Helm repository (`https://…`), or the folder of a registry (`oci://…`), as helm takes it.
    pub repository: String,
    /// Its version, or a range of versions.
    pub version: String,
    /// SHA-256 of its package, where that is locked.
    pub locked: Option<String>,
}

/// A folder of a Git repository.
#[derive(Clone, Debug)]
pub struct Folder {
    /// URL of the repository.
    pub repository: String,
    /// The release, for people.
    pub release: String,
    /// The commit, branch or tag that is deployed.
    pub revision: String,
    /// The folder.
    pub path: String,
}

/// What helm is told of a chart.
#[derive(Clone, Debug, Default)]
pub struct Helm {
    /// Name of the release.
    pub release: String,
    /// The values, as YAML.
    pub values: String,
    /// Files of values, which `values` go before: in the chart, or in the folder that another source of the Application stands for.
    pub files: Vec<ValueFile>,
    /// Arguments such as `--set=replicas=2`.
    pub arguments: Vec<String>,
    /// The version of Kubernetes that the Application names.
    pub kubernetes: Option<String>,
    /// Whether CRDs are left out.
    pub without_definitions: bool,
}

/// A file of values.
#[derive(Clone, Debug)]
pub struct ValueFile {
    /// The repository that it is in; in the chart where there is none.
    pub folder: Option<Folder>,
    /// Its path.
    pub path: String,
    /// Whether it may be missing.
    pub is_optional: bool,
}

impl Source {
    /// What a bundle of a platform deploys.
    #[must_use]
    pub fn of_platform(source: &PlatformSource) -> Self {
        let mut helm = Helm::default();
        let from = match &source.from {
            SourceFrom::Chart { name, repository, version, package, release, values } => {
                helm.release = release.to_string();
                helm.values = values.to_string();
                From::Chart(Chart {
                    name: (*name).to_owned(),
                    repository: (*repository).to_owned(),
                    version: version.clone(),
                    locked: package.map(str::to_owned),
                })
            }
            SourceFrom::Kustomization { repository, release, commit, path, .. } => {
                From::Folder(Folder {
                    repository: repository.to_string(),
                    release: release.to_string(),
                    revision: commit.to_string(),
                    path: path.to_string(),
                })
            }
        };
        Self {
            written: source.origin.to_string(),
            namespace: Some(source.namespace.to_string()),
            from,
            helm,
            kustomize: json!(source.kustomize().unwrap_or_default()),
            recurses: false,
        }
    }

    /// A source of an Application; none where it is neither a chart nor a folder, such as one that only others refer to.
    ///
    /// # Errors
    /// If a name in it would be taken for an option by helm or git, or leads out of its folder.
    pub fn of_application(
        application: &Value,
        source: &Value,
        written: String,
    ) -> Result<Option<Self>, Failure> {
        let from = if let Some(name) = text(&source["chart"]).or_else(|| in_registry(source)) {
            From::Chart(chart(name, source, &written)?)
        } else if text(&source["path"]).is_some() {
            From::Folder(folder(source, &written)?)
        } else {
            return Ok(None);
        };
        let namespace = text(&source["helm"]["namespace"])
            .or_else(|| text(&application["spec"]["destination"]["namespace"]))
            .filter(|namespace| !namespace.is_empty());
        Ok(Some(Self {
            namespace: namespace.map(str::to_owned),
            helm: helm(application, source, &written)?,
            kustomize: source["kustomize"].clone(),
            recurses: source["directory"]["recurse"] == true,
            from,
            written,
        }))
    }

    /// What it is called: `the chart kiali-server 2.29.0`.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.from {
            From::Chart(Chart { name, version, .. }) => format!("the chart {name} {version}"),
            From::Folder(folder) => {
                format!("the folder {} of {} {}", folder.path, folder.own_name(), folder.release)
            }
        }
    }

    /// Takes the package of a chart only if it has the digest that was reviewed.
    pub(crate) fn lock(&mut self, locks: &Locks) {
        if let From::Chart(chart) = &mut self.from {
            let digest = locks.get(&chart.repository, &chart.name, &chart.version);
            chart.locked = digest.map(str::to_owned);
        }
    }

    /// A failure at its line.
    pub(crate) fn failure(&self, what: impl std::fmt::Display) -> Failure {
        Failure::new(format!("{}: {} {what}", self.written, self.name()))
    }
}

impl Chart {
    /// The arguments by which helm finds it.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let Self { name, repository, version, .. } = self;
        let mut arguments = if repository.starts_with("oci://") {
            vec![format!("{repository}/{name}")]
        } else {
            vec![name.clone(), format!("--repo={repository}")]
        };
        if !version.is_empty() {
            arguments.push(format!("--version={version}"));
        }
        arguments
    }

    /// The name of its package: `NAME-VERSION.tgz`.
    pub(crate) fn file(&self) -> String {
        let name = self.name.rsplit('/').next().unwrap_or_default();
        format!("{name}-{}.tgz", self.version.replace('/', "_"))
    }
}

impl Folder {
    /// The last part of the repository's URL.
    pub(crate) fn own_name(&self) -> &str {
        let name = self.repository.trim_end_matches('/').rsplit(['/', ':']).next();
        name.map_or("", |name| name.strip_suffix(".git").unwrap_or(name))
    }

    /// Whether a commit is named, and no branch or tag that may lead elsewhere tomorrow.
    pub(crate) fn is_commit(&self) -> bool {
        self.revision.len() == 40 && self.revision.bytes().all(|byte| byte.is_ascii_hexdigit())
    }
}

/// A chart whose address in a registry ends with its name.
fn in_registry(source: &Value) -> Option<&str> {
    let address = text(&source["repoURL"])?.strip_prefix("oci://")?;
    address.trim_end_matches('/').rsplit('/').next().filter(|_| source["helm"].is_object())
}

fn chart(name: &str, source: &Value, written: &str) -> Result<Chart, Failure> {
    let mut repository = text(&source["repoURL"]).unwrap_or_default().trim_end_matches('/');
    if text(&source["chart"]).is_none() {
        repository = repository.strip_suffix(name).unwrap_or(repository).trim_end_matches('/');
    }
    // Argo CD writes registries without a scheme.
    let scheme = if repository.contains("://") { "" } else { "oci://" };
    Ok(Chart {
        name: plain(name, written)?,
        repository: format!("{scheme}{}", plain(repository, written)?),
        version: plain(text(&source["targetRevision"]).unwrap_or_default(), written)?,
        locked: None,
    })
}

fn folder(source: &Value, written: &str) -> Result<Folder, Failure> {
    let revision = text(&source["targetRevision"]).filter(|revision| !revision.is_empty());
    let revision = plain(revision.unwrap_or("HEAD"), written)?;
    let folder = Folder {
        repository: plain(text(&source["repoURL"]).unwrap_or_default(), written)?,
        release: revision.clone(),
        revision,
        path: inside(text(&source["path"]).unwrap_or("."), written)?,
    };
    if ["", ".", ".."].contains(&folder.own_name()) {
        return Err(Failure::new(format!(
            "{written}: the repository {:?} has no name: correct repoURL",
            folder.repository
        )));
    }
    Ok(folder)
}

fn helm(application: &Value, source: &Value, written: &str) -> Result<Helm, Failure> {
    let helm = &source["helm"];
    let own_name = || text(&application["metadata"]["name"]);
    let release = text(&helm["releaseName"]).filter(|name| !name.is_empty()).or_else(own_name);
    let values = match &helm["valuesObject"] {
        Value::Null => text(&helm["values"]).unwrap_or_default().to_owned(),
        object => object.to_string(),
    };
    let is_optional = helm["ignoreMissingValueFiles"].as_bool().unwrap_or(false);
    let mut files = Vec::new();
    for path in list(&helm["valueFiles"]).iter().filter_map(text) {
        let (folder, path) = match path.strip_prefix('$').and_then(|path| path.split_once('/')) {
            Some((name, path)) => (Some(referred(application, name, written)?), path),
            None => (None, path.trim_start_matches('/')),
        };
        files.push(ValueFile { folder, path: inside(path, written)?, is_optional });
    }
    let mut arguments = Vec::new();
    for parameter in list(&helm["parameters"]) {
        let (name, value) = (text(&parameter["name"]), text(&parameter["value"]));
        let (Some(name), Some(value)) = (name, value) else { continue };
        let option = if parameter["forceString"] == true { "set-string" } else { "set" };
        arguments.push(format!("--{option}={name}={}", escaped(value)));
    }
    let versions = list(&helm["apiVersions"]).iter().filter_map(text);
    arguments.extend(versions.map(|version| format!("--api-versions={version}")));
    if helm["skipSchemaValidation"] == true {
        arguments.push("--skip-schema-validation".to_owned());
    }
    Ok(Helm {
        release: plain(release.unwrap_or("release"), written)?,
        values,
        files,
        arguments,
        kubernetes: text(&helm["kubeVersion"]).map(str::to_owned),
        without_definitions: helm["skipCrds"].as_bool().unwrap_or(false),
    })
}

/// The repository of the source that others refer to by this name.
fn referred(application: &Value, name: &str, written: &str) -> Result<Folder, Failure> {
    let mut sources = list(&application["spec"]["sources"]).iter();
    let source = sources.find(|source| text(&source["ref"]) == Some(name)).ok_or_else(|| {
        Failure::new(format!(
            "{written}: no source of the Application is called {name}: give one `ref: {name}`, or correct valueFiles"
        ))
    })?;
    folder(source, written)
}

/// A comma begins another parameter, unless it stands in a list. Upstream: `cleanSetParameters` in `util/helm/cmd.go` of Argo CD
fn escaped(value: &str) -> String {
    if value.starts_with('{') && value.ends_with('}') {
        return value.to_owned();
    }
    value.replace("\\,", ",").replace(',', "\\,")
}

/// Refuses what a program would take for an option.
fn plain(value: &str, written: &str) -> Result<String, Failure> {
    if value.starts_with('-') {
        return Err(Failure::new(format!(
            "{written}: {value} begins as an option of a program does, and is not passed on: correct it"
        )));
    }
    Ok(value.to_owned())
}

/// Refuses a path that leads elsewhere.
fn inside(path: &str, written: &str) -> Result<String, Failure> {
    use std::path::{Component, Path};
    let mut components = Path::new(path).components();
    if components.all(|component| matches!(component, Component::Normal(_) | Component::CurDir)) {
        return Ok(path.to_owned());
    }
    Err(Failure::new(format!(
        "{written}: {path} leads out of its repository, and is not followed: correct it"
    )))
}
