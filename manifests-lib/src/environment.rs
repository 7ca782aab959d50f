//! An environment as a whole, and how programs such as the commands learn of it.

use std::any;
use std::fmt;

use crate::cluster::Infrastructure;
use crate::delivery::gitops::Reviewers;
use crate::model::Origin;
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
    /// What its settings say, for the pages that `cargo xtask docs` writes; `None` where nobody is to read them.
    pub settings: Option<WrittenSettings>,
}

/// The settings of an environment as text: what `Debug` writes of them, with the type whose documentation belongs to it.
///
/// Settings are a value that modules take apart. Their text is kept, so that pages tell values without a trait that each type of a
/// setting would have to implement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenSettings {
    /// The type, as the compiler names it: `services::platform::Settings<services::site::Aws>`.
    pub of: &'static str,
    /// The settings, as a derived `Debug` writes them.
    pub values: String,
    /// The line that keeps them, in a file of the crate that defines the type.
    pub origin: Origin,
}

impl WrittenSettings {
    /// Writes settings down; to be called in the crate that defines them, as its sources are read for the documentation.
    #[track_caller]
    #[must_use]
    pub fn of<T: fmt::Debug>(settings: &T) -> Self {
        Self { of: any::type_name::<T>(), values: format!("{settings:?}"), origin: Origin::here() }
    }
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
