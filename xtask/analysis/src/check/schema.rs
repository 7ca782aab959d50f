//! Objects are what the API server accepts.

pub(super) mod broken_validation;
pub(super) mod deprecated_api_version;
pub(super) mod duplicate_list_key;
pub(super) mod duplicate_merge_key;
pub(super) mod malformed_value;
pub(super) mod missing_required_field;
pub(super) mod out_of_bounds;
pub(super) mod removed_api_version;
pub(super) mod unknown_field;
pub(super) mod unserved_version;
pub(super) mod value_not_in_enum;
pub(super) mod wrong_type;

use super::{At, Findings};
use crate::graph::Graph;
use crate::schema::Mistake;

/// Tells of one mistake, wherever an object is not what the schema of its kind allows.
fn tell(mistake: Mistake, graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for breach in graph.breaches().iter().filter(|breach| breach.mistake == mistake) {
        let at = match &breach.missing {
            Some(field) => At::Missing(breach.value, field),
            None => At::Value(breach.value),
        };
        let added = findings.add(breach.object, at, breach.message.clone());
        if let Some(help) = &breach.help {
            added.help(help.clone());
        }
    }
}

/// The oldest version of Kubernetes that its project still maintains: what a cluster has at least, where nobody says more.
const OLDEST: u16 = 33;

/// The minor version of Kubernetes that the objects are for, at least.
fn minor(graph: &Graph<'_>) -> u16 {
    graph.environment.cluster.kubernetes_minor.unwrap_or(OLDEST)
}
