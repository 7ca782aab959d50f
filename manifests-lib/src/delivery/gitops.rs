//! How Argo CD deploys the platform: an App of Apps that is derived from the bundles.
//!
//! `root-application` owns the projects, itself and one parent Application for each [`Team`](crate::model::Team); a parent owns
//! one Application for each of its bundles; a bundle of [`Applications`](crate::model::Applications) owns theirs. The path of
//! each is its bundle's folder of snapshots: what has been reviewed is what is deployed.
//!
//! Upstream: <https://argo-cd.readthedocs.io/en/stable/operator-manual/cluster-bootstrapping/>

mod application;
mod contents;
mod declared;
pub(crate) mod jobs;
mod order;
mod project;
mod protection;
mod reviewers;
mod tree;

use crate::model::namespace::Namespace;
use crate::values::{GitBranch, GitUrl, Name, RelativePath};

pub use declared::IgnoredDifference;
pub(crate) use declared::{Declared, Delivery};
pub use project::team_of_project;
pub use reviewers::Reviewers;
pub use tree::ROOT;
pub(crate) use tree::{BuiltTeam, Tree, deliver};

/// Where Argo CD runs and where it reads what was rendered.
#[derive(Clone, Debug)]
pub struct GitSource {
    /// Namespace of Argo CD and of every Application: `Namespace::new(name!("argocd"))`.
    pub namespace: Namespace,
    /// Repository that holds the snapshots: `git_url!("https://github.com/example/manifests.git")`.
    pub repository: GitUrl,
    /// Branch that this environment follows: `git_branch!("main")`.
    pub branch: GitBranch,
    /// Folder of the repository that has one folder of snapshots per environment: `relative_path!("snapshots")`.
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
    /// Namespaces, such as `Namespace::KUBE_SYSTEM`.
    pub namespaces: Vec<Namespace>,
    /// API groups of CRDs.
    pub api_groups: Vec<&'static str>,
}
