//! An environment as a whole, and how programs such as the commands learn of it.

use crate::cluster::Infrastructure;
use crate::delivery::gitops::Reviewers;
use crate::platform::Platform;
use crate::values::AbsolutePath;

/// An environment that programs can name: a line of the list of all of them.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name on the command line, and of its folders below `environments/`, `snapshots/` and `reviews/`. Its platform has the
    /// same name.
    pub name: &'static str,
    /// A line for `--help`.
    pub about: &'static str,
    /// Describes it, anew with each call: without input or output, and each time the same.
    pub environment: fn() -> Environment,
}

/// An environment: the platform as it runs there, and where it runs.
pub struct Environment {
    /// Every bundle.
    pub platform: Platform,
    /// The cluster.
    pub infrastructure: Infrastructure,
    /// The sources that pods run, on a laptop; `None` where images run as built.
    pub sources: Option<Sources>,
    /// Who reviews what the teams deploy, where the environment says so.
    pub reviewers: Option<Reviewers>,
}

/// Sources of services that pods run in place of those in their images: a folder with one folder per service, which
/// `cargo xtask cluster up` mounts from the laptop to the nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources {
    /// The folder on the nodes: `path!("/mnt/sources")`.
    pub nodes: AbsolutePath,
    /// The folder on the laptop, relative to the root of the workspace, unless the command line names another one:
    /// `"../sources"`.
    pub laptop: &'static str,
}
