//! What a bundle deploys besides its own objects: released Helm charts and kustomizations of others.

use helm_values::HelmChart;
use k8s_openapi::api::core::v1 as core;

use crate::{
    Bundle, ChartVersion, GitUrl, Kind, Name, Namespace, Origin, PublicImage, RelativePath,
    Repository, Tag,
};

/// A released Helm chart with typed values; Argo CD renders it.
///
/// Name, repository and version come with the type of the values, which is generated from that very release.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/helm/>
#[derive(Clone, Debug)]
pub struct Chart<V> {
    /// Name of the Helm release, from which most charts derive the names of their objects.
    pub release: Name,
    /// What differs from the chart's defaults.
    pub values: V,
    /// Every kind of object that the chart makes with these values. Argo CD's project admits no other.
    pub kinds: Vec<Kind>,
    /// API groups whose CRDs the chart installs; bundles with objects of these groups are deployed after it.
    pub installs: Vec<&'static str>,
}

/// A kustomization in the Git repository of a released project; Argo CD builds it.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/kustomize/>
#[derive(Clone, Debug)]
pub struct Kustomization {
    /// Repository of the project.
    pub repository: GitUrl,
    /// Tag of the release.
    pub release: Tag,
    /// Folder of the kustomization.
    pub path: RelativePath,
    /// Images to run in place of those that the repository names.
    pub images: Vec<KustomizeImage>,
    /// Objects that another bundle owns, by the names that they have before the kustomization's own `namespace` and prefixes.
    pub without: Vec<(Kind, Name)>,
    /// What the pods of its Deployments get besides, such as nodes: merged by the names of containers and volumes.
    pub pods: Option<core::PodSpec>,
    /// Every kind of object that it makes. Argo CD's project admits no other.
    pub kinds: Vec<Kind>,
    /// API groups whose CRDs it installs; bundles with objects of these groups are deployed after it.
    pub installs: Vec<&'static str>,
}

/// An image of a kustomization and what runs in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KustomizeImage {
    /// Repository as the built kustomization names it.
    pub name: Repository,
    /// What runs.
    pub image: PublicImage,
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
    pub kinds: Vec<Kind>,
    /// API groups whose CRDs it installs.
    pub installs: Vec<&'static str>,
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
        /// Name of the release.
        release: Name,
        /// The values.
        values: serde_json::Value,
    },
    /// A Git repository.
    Kustomization {
        /// URL of the repository.
        repository: GitUrl,
        /// Tag of the release.
        release: Tag,
        /// Folder of the kustomization.
        path: RelativePath,
        /// Images to run in place of those that the repository names.
        images: Vec<KustomizeImage>,
        /// Objects that another bundle owns.
        without: Vec<(Kind, Name)>,
        /// What the pods of its Deployments get besides.
        pods: Option<Box<core::PodSpec>>,
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

/// A kustomization that has joined a bundle.
pub struct SourceHandle {
    bundle: Bundle,
    index: usize,
}

impl SourceHandle {
    /// Declares another namespace that it writes to, such as kube-system for the Services that scraping needs there.
    pub fn also_in(&self, namespace: &Namespace) -> &Self {
        self.bundle.change_source(self.index, |source| {
            source.other_namespaces.push(namespace.clone());
        });
        self
    }
}

/// A chart that has joined a bundle.
pub struct ChartHandle(SourceHandle);

impl ChartHandle {
    /// Declares another namespace that it writes to, such as kube-system for the Services that scraping needs there.
    pub fn also_in(&self, namespace: &Namespace) -> &Self {
        self.0.also_in(namespace);
        self
    }

    /// Deploys another release of the chart than the one that the type of its values comes from, such as the old one beside
    /// the new one while a tool is upgraded.
    ///
    /// The type knows nothing of that release: helm ignores a key that the release does not have, and takes its own default
    /// for one that the type does not have. Compare what helm renders of both.
    pub fn release(&self, version: &ChartVersion) -> &Self {
        self.0.bundle.change_source(self.0.index, |source| {
            if let SourceFrom::Chart { version: pinned, .. } = &mut source.from {
                *pinned = version.to_string();
            }
        });
        self
    }
}

impl Bundle {
    /// Deploys a released chart into the bundle's namespace.
    ///
    /// The build reports values that are not JSON.
    #[track_caller]
    pub fn chart<V: HelmChart>(&self, chart: Chart<V>) -> ChartHandle {
        let Chart { release, values, kinds, installs } = chart;
        let origin = Origin::here();
        let values = values.to_json().unwrap_or_else(|error| {
            self.error(
                origin,
                format!("the values of the chart {} are not JSON: {error}", V::NAME),
            );
            serde_json::Value::Null
        });
        ChartHandle(self.source(Source {
            origin,
            from: SourceFrom::Chart {
                name: V::NAME,
                repository: V::REPOSITORY,
                version: V::VERSION.to_owned(),
                release,
                values,
            },
            namespace: self.namespace().clone(),
            other_namespaces: Vec::new(),
            kinds,
            installs,
        }))
    }

    /// Deploys a released kustomization.
    #[track_caller]
    pub fn kustomization(&self, kustomization: Kustomization) -> SourceHandle {
        let Kustomization { repository, release, path, images, without, pods, kinds, installs } =
            kustomization;
        self.source(Source {
            origin: Origin::here(),
            from: SourceFrom::Kustomization {
                repository,
                release,
                path,
                images,
                without,
                pods: pods.map(Box::new),
            },
            namespace: self.namespace().clone(),
            other_namespaces: Vec::new(),
            kinds,
            installs,
        })
    }

    fn source(&self, source: Source) -> SourceHandle {
        SourceHandle { bundle: self.clone(), index: self.push_source(source) }
    }
}
