//! How Argo CD deploys the platform: an App of Apps that is derived from the bundles.
//!
//! `root-application` owns the projects, itself and one parent Application for each [`Parent`]; a parent owns one
//! Application for each of its bundles; a bundle of [Applications](Bundle::applications) owns theirs. The path of each is
//! its bundle's folder of snapshots: what has been reviewed is what is deployed.
//!
//! Upstream: <https://argo-cd.readthedocs.io/en/stable/operator-manual/cluster-bootstrapping/>

mod application;
mod contents;
mod declared;
mod order;
mod project;
mod protection;
mod tree;

use crate::model::bundle::Bundle;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::values::{GitBranch, GitUrl, Name, RelativePath};

pub(crate) use declared::Declared;
pub use declared::IgnoredDifference;
pub(crate) use protection::second;
pub(crate) use tree::deliver;

/// Where Argo CD runs and where it reads what was rendered.
#[derive(Clone, Debug)]
pub struct GitSource {
    /// Namespace of Argo CD and of every Application.
    pub namespace: Namespace,
    /// Repository that holds the snapshots.
    pub repository: GitUrl,
    /// Branch that this environment follows.
    pub branch: GitBranch,
    /// Folder of the repository that has one folder of snapshots per environment.
    pub snapshots: RelativePath,
    /// What the cluster has before the platform.
    pub prerequisites: Prerequisites,
}

/// The name of the Application that deploys a bundle.
#[must_use]
pub fn application_name(bundle: &Name) -> String {
    format!("{bundle}-application")
}

/// What a cluster has before the platform is deployed.
#[derive(Clone, Debug)]
pub struct Prerequisites {
    /// Namespaces, such as kube-system.
    pub namespaces: Vec<Namespace>,
    /// API groups of CRDs.
    pub api_groups: Vec<&'static str>,
}

/// Everything below `root-application`.
pub struct Root {
    pub(crate) origin: Origin,
    pub(crate) git_source: GitSource,
    pub(crate) bundles: Vec<Bundle>,
    pub(crate) parents: Vec<Parent>,
}

impl Root {
    /// The project of everything that holds Applications, and the bundle of the Application above all others.
    pub const NAME: Name = name!("root");

    /// Puts bundles that belong to no team, such as Argo CD itself, beside the parents.
    ///
    /// They, the parents and every bundle of Applications belong to the project `root`: whoever may create Applications may
    /// reach any project.
    #[track_caller]
    #[must_use]
    pub fn new(
        git_source: GitSource,
        bundles: impl IntoIterator<Item = Bundle>,
        parents: impl IntoIterator<Item = Parent>,
    ) -> Self {
        Self {
            origin: Origin::here(),
            git_source,
            bundles: bundles.into_iter().collect(),
            parents: parents.into_iter().collect(),
        }
    }
}

/// The bundles of a team: a parent Application `<name>-parent-application` and the project `<name>`.
pub struct Parent {
    pub(crate) origin: Origin,
    pub(crate) name: Name,
    pub(crate) bundles: Vec<Bundle>,
}

impl Parent {
    /// Gives a team its bundles.
    #[track_caller]
    #[must_use]
    pub fn new(name: Name, bundles: impl IntoIterator<Item = Bundle>) -> Self {
        Self { origin: Origin::here(), name, bundles: bundles.into_iter().collect() }
    }
}
