//! What runs stays up: probes, requests, disruption, rollouts.

pub(super) mod autoscaled_replicas;
pub(super) mod autoscaler_without_requests;
pub(super) mod blocking_disruption_budget;
pub(super) mod contradicting_probe_times;
pub(super) mod dependent_liveness;
pub(super) mod equal_probes;
pub(super) mod idle_autoscaler;
pub(super) mod missing_disruption_budget;
pub(super) mod missing_memory_limit;
pub(super) mod missing_readiness_gate;
pub(super) mod missing_readiness_probe;
pub(super) mod missing_requests;
pub(super) mod missing_spread;
pub(super) mod overlapping_runs;
pub(super) mod short_grace_period;
pub(super) mod single_replica;
pub(super) mod stuck_rolling_update;
pub(super) mod unhealthy_pod_eviction;

use crate::graph::Graph;
use crate::objects::{Object, Pod};

/// Pods that run until they are stopped, and that somebody wrote.
fn servers<'g, 'a>(graph: &'g Graph<'a>) -> impl Iterator<Item = &'g Pod<'a>> {
    graph.pods.iter().filter(|pod| pod.owner.is_written() && !runs_to_its_end(pod.owner))
}

/// Whether an object's pods end by themselves.
fn runs_to_its_end(owner: &Object) -> bool {
    owner.identity.group == "batch"
}

/// How many pods a workload has that says more than one.
fn replicated(graph: &Graph<'_>, owner: &Object) -> Option<u64> {
    let kinds = [
        "Deployment",
        "DeploymentConfig",
        "ReplicaSet",
        "ReplicationController",
        "Rollout",
        "StatefulSet",
    ];
    let is_counted = kinds.contains(&owner.identity.kind.as_str());
    graph.replicas(owner).filter(|&pods| is_counted && pods > 1)
}
