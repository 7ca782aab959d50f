//! What the program that speaks to a cluster is asked to do.

use serde::{Deserialize, Serialize};

use super::Handed;

/// A task, the cluster that it is for, and the objects that the cluster is to have.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request<O> {
    /// Name of the environment.
    pub environment: String,
    /// The context of its cluster, which whoever asks has judged.
    pub context: Context,
    /// What to do.
    pub task: Task,
    /// The bundles that it is about; all where there is none.
    pub bundles: Vec<String>,
    /// What makes objects that are not here: charts that were not rendered.
    pub unseen: Vec<String>,
    /// All objects of the environment, also of other bundles.
    pub objects: Vec<Handed<O>>,
}

/// A context of kubectl, and where it led when it was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// Its name.
    pub name: String,
    /// The name of its cluster.
    pub cluster: String,
    /// The URL of its API server.
    pub server: String,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Task {
    /// Tell what would change.
    Diff {
        /// For programs, as JSON.
        json: bool,
    },
    /// Change it.
    Apply(Apply),
    /// Tell what the cluster has, and how it is.
    Status {
        /// For programs, as JSON.
        json: bool,
    },
}

/// How to change a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command")]
pub struct Apply {
    /// Delete what was applied once and has left the code.
    pub prune: bool,
    /// Also what holds data.
    pub prune_data: bool,
    /// Do not ask.
    pub yes: bool,
    /// How long the objects of a wave may take until they are ready, in seconds.
    pub timeout: u64,
    /// Do not wait until objects are ready.
    pub no_wait: bool,
    /// The field managers whose fields are taken: `helm`, or `kubectl*`.
    pub take_ownership: Vec<String>,
    /// Work where Argo CD does as well.
    pub beside_argocd: bool,
}
