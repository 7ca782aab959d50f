//! Objects are what the API server accepts.

pub(super) mod broken_validation;
pub(super) mod contradicting_fields;
pub(super) mod deprecated_api_version;
pub(super) mod duplicate_list_key;
pub(super) mod duplicate_merge_key;
pub(super) mod duplicate_name;
pub(super) mod invalid_address;
pub(super) mod invalid_annotation;
pub(super) mod invalid_configuration_key;
pub(super) mod invalid_encoding;
pub(super) mod invalid_environment_variable;
pub(super) mod invalid_field_path;
pub(super) mod invalid_label;
pub(super) mod invalid_name;
pub(super) mod invalid_owner;
pub(super) mod invalid_path;
pub(super) mod invalid_port;
pub(super) mod invalid_quantity;
pub(super) mod invalid_resources;
pub(super) mod invalid_role;
pub(super) mod invalid_schedule;
pub(super) mod invalid_selector;
pub(super) mod malformed_value;
pub(super) mod missing_required_field;
pub(super) mod missing_value;
pub(super) mod number_out_of_range;
pub(super) mod one_of_required;
pub(super) mod out_of_bounds;
pub(super) mod oversized_object;
pub(super) mod removed_api_version;
pub(super) mod unknown_field;
pub(super) mod unreadable_condition;
pub(super) mod unserved_version;
pub(super) mod unsupported_value;
pub(super) mod validation;
pub(super) mod value_not_in_enum;
pub(super) mod wrong_type;

use std::collections::BTreeMap;

use super::{At, Findings};
use crate::graph::Graph;
use crate::schema::{KUBERNETES_MINOR, Mistake, lifecycle, versions};

/// Tells of one mistake, wherever an object is not what the schema of its kind allows.
fn tell(mistake: Mistake, graph: &Graph<'_>, findings: &mut Findings<'_>) {
    // What a later version of Kubernetes has added is not known here.
    let may_be_new =
        [Mistake::UnknownField, Mistake::ValueNotInEnum].contains(&mistake) && is_newer(graph);
    for breach in graph.breaches().iter().filter(|breach| breach.mistake == mistake) {
        let known = graph.kinds().kind(breach.object);
        if may_be_new && known.is_some_and(|kind| !kind.is_custom) {
            continue;
        }
        let at = match &breach.missing {
            Some(field) => At::Missing(breach.value, field),
            None => At::Value(breach.value),
        };
        let mut added = findings.add(breach.object, at, breach.message.clone());
        if let Some(help) = &breach.help {
            added = added.help(help.clone());
        }
        // Who gives files may have another release of the CRD.
        let release = known.and_then(|kind| kind.release.as_deref());
        if let Some(release) = release.filter(|_| !graph.is_whole()) {
            added.further(&format!(
                "compared with release {release}: where yours is another, give its CRD with --crds"
            ));
        }
    }
}

/// Whether the cluster is newer than the kinds that are known.
fn is_newer(graph: &Graph<'_>) -> bool {
    minor(graph) > KUBERNETES_MINOR
}

/// The oldest version of Kubernetes that its project still maintains: what a cluster has at least, where nobody says more.
const OLDEST: u16 = 33;

/// The minor version of Kubernetes that the objects are for, at least.
fn minor(graph: &Graph<'_>) -> u16 {
    graph.environment.cluster.kubernetes_minor.unwrap_or(OLDEST)
}

/// Kinds that no schema is known of, with the number of their objects.
pub(super) fn unknown_kinds(graph: &Graph<'_>) -> Vec<(String, usize)> {
    let mut unknown = BTreeMap::new();
    for object in graph.objects().written() {
        let (version, kind) = (object.api_version.as_str(), object.identity.kind.as_str());
        // Versions that lack the kind are findings.
        let is_known = graph.kinds().versions(object).is_some()
            || graph.kinds().kind(object).is_some()
            || versions().contains_key(version)
            || lifecycle(version, kind).is_some();
        if !is_known {
            *unknown.entry(format!("{kind} of {version}")).or_default() += 1;
        }
    }
    unknown.into_iter().collect()
}
