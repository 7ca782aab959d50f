//! What a bundle deploys besides its own objects: released Helm charts and kustomizations of others.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

use helm_values::HelmChart;
use k8s_openapi::api::core::v1 as core;
use serde_json::Value;

use crate::model::bundle::Bundle;
use crate::model::group_kind::GroupKind;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::{ChartVersion, GitCommit, GitUrl, Name, RelativePath, Repository, Tag};

/// A released Helm chart with typed values; Argo CD renders it.
///
/// Name, repository and version come with the type of the values, which is generated from that very release.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/helm/>
#[derive(Clone, Debug)]
pub struct Chart<V> {
    /// Name of the Helm release, from which most charts derive the names of their objects: `name!("jaeger")`.
    pub release: Name,
    /// What differs from the chart's defaults.
    pub values: V,
    /// Every kind of object that the chart makes with these values. Argo CD's project admits no other.
    pub kinds: Vec<GroupKind>,
    /// API groups whose CRDs the chart installs; bundles with objects of these groups are deployed after it.
    pub crd_groups: Vec<&'static str>,
}

/// A kustomization in the Git repository of a released project; Argo CD builds it.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/kustomize/>
#[derive(Clone, Debug)]
pub struct Kustomization {
    /// Repository of the project: `git_url!("https://github.com/example/operator.git")`.
    pub repository: GitUrl,
    /// Tag of the release, for people: the name of the source in Argo CD. `tag!("v2.21.0")`.
    pub release: Tag,
    /// The commit that the tag leads to. This is what Argo CD builds: a tag can be moved. `git_commit!("0123…")`.
    pub commit: GitCommit,
    /// Folder of the kustomization: `relative_path!("config/default")`.
    pub path: RelativePath,
    /// Images to run in place of those that the repository names.
    pub images: Vec<KustomizeImage>,
    /// Objects that another bundle owns, by the names that they have before the kustomization's own `namespace` and prefixes.
    pub exclude: Vec<(GroupKind, Name)>,
    /// What the pods of its Deployments get besides, such as nodes: merged by the names of containers and volumes.
    pub pod_patch: Option<core::PodSpec>,
    /// Every kind of object that it makes. Argo CD's project admits no other.
    pub kinds: Vec<GroupKind>,
    /// API groups whose CRDs it installs; bundles with objects of these groups are deployed after it.
    pub crd_groups: Vec<&'static str>,
}

/// An image of a kustomization and what runs in its place: the same project's release, by its tag, as the manifests themselves
/// name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KustomizeImage {
    /// Repository as the built kustomization names it: `repository!("example/operator")`.
    pub name: Repository,
    /// Repository to pull from: `repository!("ghcr.io/example/operator")`.
    pub from: Repository,
    /// Release to run: `tag!("v2.21.0")`.
    pub release: Tag,
}

/// A chart or kustomization of a bundle, without the type of its values.
#[derive(Clone, Debug)]
pub struct Source {
    /// The line that added it.
    pub origin: Origin,
    /// Where it comes from.
    pub from: SourceFrom,
    /// Namespace of what it makes, unless it says otherwise itself.
    pub namespace: Namespace,
    /// Other namespaces that it writes to.
    pub other_namespaces: Vec<Namespace>,
    /// Every kind of object that it makes.
    pub kinds: Vec<GroupKind>,
    /// API groups whose CRDs it installs.
    pub crd_groups: Vec<&'static str>,
}

/// Where a [`Source`] comes from.
#[derive(Clone, Debug)]
pub enum SourceFrom {
    /// A Helm repository.
    Chart {
        /// Name of the chart.
        name: &'static str,
        /// The Helm repository (`https://…`), or the folder of a registry (`oci://…`), as helm takes it.
        repository: &'static str,
        /// Version of the chart.
        version: String,
        /// SHA-256 of the package of that version, where `charts.toml` locks it.
        package: Option<&'static str>,
        /// Name of the release.
        release: Name,
        /// The values.
        values: Value,
    },
    /// A Git repository.
    Kustomization {
        /// URL of the repository.
        repository: GitUrl,
        /// Tag of the release.
        release: Tag,
        /// The commit that is built.
        commit: GitCommit,
        /// Folder of the kustomization.
        path: RelativePath,
        /// Images to run in place of those that the repository names.
        images: Vec<KustomizeImage>,
        /// Objects that another bundle owns.
        exclude: Vec<(GroupKind, Name)>,
        /// What the pods of its Deployments get besides.
        pod_patch: Option<Box<core::PodSpec>>,
    },
}

impl Source {
    /// The repository that Argo CD reads. An OCI registry holds each chart under an address of its own.
    #[must_use]
    pub fn repository_url(&self) -> String {
        match &self.from {
            SourceFrom::Chart { repository, name, .. } if self.is_in_registry() => {
                format!("{repository}/{name}")
            }
            SourceFrom::Chart { repository, .. } => (*repository).to_owned(),
            SourceFrom::Kustomization { repository, .. } => repository.to_string(),
        }
    }

    /// Whether it is a chart in an OCI registry.
    #[must_use]
    pub fn is_in_registry(&self) -> bool {
        matches!(&self.from, SourceFrom::Chart { repository, .. } if repository.starts_with("oci://"))
    }

    /// The arguments by which helm finds the released chart; nothing where it is a kustomization.
    #[must_use]
    pub fn helm_arguments(&self) -> Option<Vec<String>> {
        let SourceFrom::Chart { name, repository, version, .. } = &self.from else {
            return None;
        };
        let mut arguments = if self.is_in_registry() {
            vec![self.repository_url()]
        } else {
            vec![(*name).to_owned(), format!("--repo={repository}")]
        };
        arguments.push(format!("--version={version}"));
        Some(arguments)
    }
}

/// A chart or kustomization that has joined a bundle; what it is decides what can be said of it.
pub struct SourceHandle<S> {
    source: Rc<RefCell<Source>>,
    of: PhantomData<S>,
}

/// Marks the handle of a chart.
#[derive(Debug)]
pub enum HelmRelease {}

/// Marks the handle of a kustomization.
#[derive(Debug)]
pub enum KustomizeBuild {}

impl<S> SourceHandle<S> {
    /// Declares another namespace that it writes to, such as kube-system for the Services that scraping needs there.
    pub fn also_writes_to(&self, namespace: &Namespace) -> &Self {
        self.source.borrow_mut().other_namespaces.push(namespace.clone());
        self
    }
}

impl SourceHandle<HelmRelease> {
    /// Deploys another release of the chart than the one that the type of its values comes from, such as the old one beside
    /// the new one while a tool is upgraded.
    ///
    /// The type knows nothing of that release: helm ignores a key that the release does not have, and takes its own default
    /// for one that the type does not have. Compare what helm renders of both.
    pub fn release(&self, other: &ChartVersion) -> &Self {
        if let SourceFrom::Chart { version, package, .. } = &mut self.source.borrow_mut().from {
            *version = other.to_string();
            *package = None;
        }
        self
    }
}

impl Bundle {
    /// Deploys a released chart into the bundle's namespace.
    ///
    /// The build reports values that are not JSON, and a null that the chart is not known to take.
    #[track_caller]
    pub fn chart<V: HelmChart>(&self, chart: Chart<V>) -> SourceHandle<HelmRelease> {
        let Chart { release, values, kinds, crd_groups } = chart;
        let origin = Origin::here();
        let values = values.to_json().unwrap_or_else(|error| {
            self.error(
                Rule::InvalidValues,
                origin,
                format!("the values of the chart {} are not JSON: {error}", V::NAME),
            );
            Value::Object(serde_json::Map::new())
        });
        for path in unexpected_nulls(&values, V::NULLABLE) {
            self.error(
                Rule::NullValue,
                origin,
                format!(
                    "the value {path} of the chart {} is null, which erases the chart's default: leave it out, or list it below \
                     unset in charts.toml if the chart takes null",
                    V::NAME
                ),
            );
        }
        self.source(
            origin,
            SourceFrom::Chart {
                name: V::NAME,
                repository: V::REPOSITORY,
                version: V::VERSION.to_owned(),
                package: V::PACKAGE,
                release,
                values,
            },
            kinds,
            crd_groups,
        )
    }

    /// Deploys a released kustomization.
    #[track_caller]
    pub fn kustomization(&self, kustomization: Kustomization) -> SourceHandle<KustomizeBuild> {
        let Kustomization {
            repository,
            release,
            commit,
            path,
            images,
            exclude,
            pod_patch,
            kinds,
            crd_groups,
        } = kustomization;
        self.source(
            Origin::here(),
            SourceFrom::Kustomization {
                repository,
                release,
                commit,
                path,
                images,
                exclude,
                pod_patch: pod_patch.map(Box::new),
            },
            kinds,
            crd_groups,
        )
    }

    fn source<S>(
        &self,
        origin: Origin,
        from: SourceFrom,
        kinds: Vec<GroupKind>,
        crd_groups: Vec<&'static str>,
    ) -> SourceHandle<S> {
        let source = self.push_source(Source {
            origin,
            from,
            namespace: self.namespace().clone(),
            other_namespaces: Vec::new(),
            kinds,
            crd_groups,
        });
        SourceHandle { source, of: PhantomData }
    }
}

/// The paths of nulls, but of those that the chart takes.
fn unexpected_nulls(values: &Value, nullable: &[&[&str]]) -> Vec<String> {
    let mut paths = Vec::new();
    collect_nulls(values, &mut Vec::new(), &mut |path| {
        if !nullable.contains(&path) {
            paths.push(path.join(".").replace(".[]", "[]"));
        }
    });
    paths
}

/// Whether a null stands anywhere in values.
pub(crate) fn holds_null(values: &Value) -> bool {
    let mut found = false;
    collect_nulls(values, &mut Vec::new(), &mut |_| found = true);
    found
}

fn collect_nulls<'a>(value: &'a Value, path: &mut Vec<&'a str>, found: &mut dyn FnMut(&[&str])) {
    match value {
        Value::Null => found(path),
        Value::Array(elements) => {
            path.push("[]");
            for element in elements {
                collect_nulls(element, path, found);
            }
            path.pop();
        }
        Value::Object(object) => {
            for (key, value) in object {
                path.push(key);
                collect_nulls(value, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}
