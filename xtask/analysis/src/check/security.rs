//! No more rights than needed, and no secrets in Git.

pub(super) mod binding_to_everyone;
pub(super) mod cluster_admin_binding;
pub(super) mod escalating_role;
pub(super) mod exposed_service;
pub(super) mod mutable_image;
pub(super) mod node_access;
pub(super) mod open_dashboard;
pub(super) mod plain_text_entry;
pub(super) mod pod_security_violation;
pub(super) mod secret_in_plain_text;
pub(super) mod unisolated_pod;
pub(super) mod unrestricted_pod;
pub(super) mod unused_token;
pub(super) mod wildcard_project;
pub(super) mod wildcard_role;
pub(super) mod writable_root_file_system;

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::PodSpec;
use manifests_lib::check::beyond;
use manifests_lib::model::PodSecurity;
use serde::Deserialize as _;

use crate::check::At;
use crate::graph::Graph;
use crate::objects::{Object, Pod, Value, list, text, texts};

/// Says what the API server lets pods of a namespace do.
const ENFORCE: &str = "pod-security.kubernetes.io/enforce";

const ACCESS: &str = "rbac.authorization.k8s.io";

/// Pods that somebody wrote, in namespaces of which nobody says what pods there may do, and which are no part of the cluster itself.
fn unjudged<'g, 'a>(graph: &'g Graph<'a>) -> impl Iterator<Item = &'g Pod<'a>> {
    graph.pods.iter().filter(|pod| {
        let namespace = graph.objects().find("", "Namespace", None, pod.namespace());
        pod.owner.is_written()
            && pod.namespace() != "kube-system"
            && namespace.is_none_or(|namespace| namespace.label(ENFORCE).is_none())
    })
}

/// What a pod does beyond each of two levels, `baseline` and `restricted`, a clause each; nothing of what is no pod, which is the
/// schema's business.
fn clauses(pod: &Pod<'_>) -> [Vec<String>; 2] {
    let Ok(spec) = PodSpec::deserialize(pod.spec) else { return Default::default() };
    let annotations: BTreeMap<String, String> = texts(&pod.metadata["annotations"])
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    [PodSecurity::Baseline, PodSecurity::Restricted]
        .map(|level| beyond(level, &spec, Some(&annotations)))
}

/// The container that a clause is about, or the pod.
fn at<'a>(pod: &Pod<'a>, clause: &str) -> At<'a> {
    let name = clause.strip_prefix("container ").and_then(|rest| rest.split(' ').next());
    let container = pod.containers().find(|container| Some(container.name()) == name);
    At::Value(container.map_or(pod.spec, |container| container.json))
}

/// The bindings of roles, of the cluster and of namespaces.
fn bindings<'a>(graph: &Graph<'a>) -> impl Iterator<Item = &'a Object> + use<'a> {
    let objects = graph.objects();
    ["ClusterRoleBinding", "RoleBinding"].into_iter().flat_map(|kind| objects.of_kind(ACCESS, kind))
}

/// Whether a list has a text.
fn has(texts: &Value, wanted: &str) -> bool {
    list(texts).iter().any(|value| text(value) == Some(wanted))
}
