//! What runs stays up: probes, requests, disruption, rollouts.

pub(super) mod autoscaled_replicas;
pub(super) mod blocking_disruption_budget;
pub(super) mod equal_probes;
pub(super) mod missing_memory_limit;
pub(super) mod missing_readiness_probe;
pub(super) mod missing_requests;
pub(super) mod short_grace_period;
pub(super) mod stuck_rolling_update;

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
