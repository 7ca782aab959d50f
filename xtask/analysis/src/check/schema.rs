//! Objects are what the API server accepts.

pub(super) mod removed_api_version;
pub(super) mod unknown_field;
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

/// A version of an API that Kubernetes has given up, or will.
struct Removed {
    /// `extensions/v1beta1`.
    api_version: &'static str,
    /// `Ingress`.
    kind: &'static str,
    /// The first minor version of Kubernetes 1 without it.
    gone_since: u16,
    /// What to write instead.
    instead: &'static str,
}

const fn removed(
    api_version: &'static str,
    kind: &'static str,
    gone_since: u16,
    instead: &'static str,
) -> Removed {
    Removed { api_version, kind, gone_since, instead }
}

/// Upstream: <https://kubernetes.io/docs/reference/using-api/deprecation-guide/>
const REMOVED: &[Removed] = &[
    removed("extensions/v1beta1", "DaemonSet", 16, "apps/v1"),
    removed("extensions/v1beta1", "Deployment", 16, "apps/v1"),
    removed("extensions/v1beta1", "ReplicaSet", 16, "apps/v1"),
    removed("extensions/v1beta1", "NetworkPolicy", 16, "networking.k8s.io/v1"),
    removed("extensions/v1beta1", "PodSecurityPolicy", 16, "labels of the Pod Security Standards"),
    removed("apps/v1beta1", "Deployment", 16, "apps/v1"),
    removed("apps/v1beta1", "StatefulSet", 16, "apps/v1"),
    removed("apps/v1beta2", "DaemonSet", 16, "apps/v1"),
    removed("apps/v1beta2", "Deployment", 16, "apps/v1"),
    removed("apps/v1beta2", "ReplicaSet", 16, "apps/v1"),
    removed("apps/v1beta2", "StatefulSet", 16, "apps/v1"),
    removed("extensions/v1beta1", "Ingress", 22, "networking.k8s.io/v1"),
    removed("networking.k8s.io/v1beta1", "Ingress", 22, "networking.k8s.io/v1"),
    removed("networking.k8s.io/v1beta1", "IngressClass", 22, "networking.k8s.io/v1"),
    removed(
        "admissionregistration.k8s.io/v1beta1",
        "MutatingWebhookConfiguration",
        22,
        "admissionregistration.k8s.io/v1",
    ),
    removed(
        "admissionregistration.k8s.io/v1beta1",
        "ValidatingWebhookConfiguration",
        22,
        "admissionregistration.k8s.io/v1",
    ),
    removed(
        "apiextensions.k8s.io/v1beta1",
        "CustomResourceDefinition",
        22,
        "apiextensions.k8s.io/v1",
    ),
    removed("apiregistration.k8s.io/v1beta1", "APIService", 22, "apiregistration.k8s.io/v1"),
    removed(
        "certificates.k8s.io/v1beta1",
        "CertificateSigningRequest",
        22,
        "certificates.k8s.io/v1",
    ),
    removed("coordination.k8s.io/v1beta1", "Lease", 22, "coordination.k8s.io/v1"),
    removed("rbac.authorization.k8s.io/v1beta1", "ClusterRole", 22, "rbac.authorization.k8s.io/v1"),
    removed(
        "rbac.authorization.k8s.io/v1beta1",
        "ClusterRoleBinding",
        22,
        "rbac.authorization.k8s.io/v1",
    ),
    removed("rbac.authorization.k8s.io/v1beta1", "Role", 22, "rbac.authorization.k8s.io/v1"),
    removed("rbac.authorization.k8s.io/v1beta1", "RoleBinding", 22, "rbac.authorization.k8s.io/v1"),
    removed("scheduling.k8s.io/v1beta1", "PriorityClass", 22, "scheduling.k8s.io/v1"),
    removed("storage.k8s.io/v1beta1", "CSIDriver", 22, "storage.k8s.io/v1"),
    removed("storage.k8s.io/v1beta1", "CSINode", 22, "storage.k8s.io/v1"),
    removed("storage.k8s.io/v1beta1", "StorageClass", 22, "storage.k8s.io/v1"),
    removed("storage.k8s.io/v1beta1", "VolumeAttachment", 22, "storage.k8s.io/v1"),
    removed("autoscaling/v2beta1", "HorizontalPodAutoscaler", 25, "autoscaling/v2"),
    removed("batch/v1beta1", "CronJob", 25, "batch/v1"),
    removed("discovery.k8s.io/v1beta1", "EndpointSlice", 25, "discovery.k8s.io/v1"),
    removed("events.k8s.io/v1beta1", "Event", 25, "events.k8s.io/v1"),
    removed("node.k8s.io/v1beta1", "RuntimeClass", 25, "node.k8s.io/v1"),
    removed("policy/v1beta1", "PodDisruptionBudget", 25, "policy/v1"),
    removed("policy/v1beta1", "PodSecurityPolicy", 25, "labels of the Pod Security Standards"),
    removed("autoscaling/v2beta2", "HorizontalPodAutoscaler", 26, "autoscaling/v2"),
    removed(
        "flowcontrol.apiserver.k8s.io/v1beta1",
        "FlowSchema",
        26,
        "flowcontrol.apiserver.k8s.io/v1",
    ),
    removed(
        "flowcontrol.apiserver.k8s.io/v1beta1",
        "PriorityLevelConfiguration",
        26,
        "flowcontrol.apiserver.k8s.io/v1",
    ),
    removed("storage.k8s.io/v1beta1", "CSIStorageCapacity", 27, "storage.k8s.io/v1"),
    removed(
        "flowcontrol.apiserver.k8s.io/v1beta2",
        "FlowSchema",
        29,
        "flowcontrol.apiserver.k8s.io/v1",
    ),
    removed(
        "flowcontrol.apiserver.k8s.io/v1beta2",
        "PriorityLevelConfiguration",
        29,
        "flowcontrol.apiserver.k8s.io/v1",
    ),
    removed(
        "flowcontrol.apiserver.k8s.io/v1beta3",
        "FlowSchema",
        32,
        "flowcontrol.apiserver.k8s.io/v1",
    ),
    removed(
        "flowcontrol.apiserver.k8s.io/v1beta3",
        "PriorityLevelConfiguration",
        32,
        "flowcontrol.apiserver.k8s.io/v1",
    ),
];
