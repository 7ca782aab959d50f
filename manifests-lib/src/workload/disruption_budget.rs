//! What keeps pods running while nodes are drained.

use k8s_openapi::api::policy::v1 as policy;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// Whether pods that are not ready may be evicted.
#[derive(Clone, Copy)]
pub(crate) enum Unready {
    /// Always: they must not block the drain of their node.
    Evictable,
    /// Only while enough others are ready: they may hold what the others need.
    Counted,
}

/// A PodDisruptionBudget that lets one pod at a time be evicted.
pub(crate) fn disruption_budget(
    metadata: ObjectMeta,
    pods: LabelSelector,
    unready: Unready,
) -> policy::PodDisruptionBudget {
    policy::PodDisruptionBudget {
        metadata,
        spec: Some(policy::PodDisruptionBudgetSpec {
            max_unavailable: Some(IntOrString::Int(1)),
            selector: Some(pods),
            unhealthy_pod_eviction_policy: Some(
                match unready {
                    Unready::Evictable => "AlwaysAllow",
                    Unready::Counted => "IfHealthyBudget",
                }
                .to_owned(),
            ),
            min_available: None,
        }),
        status: None,
    }
}
