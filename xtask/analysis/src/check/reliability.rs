//! What runs stays up: probes, requests, disruption, rollouts.

pub(super) mod autoscaled_replicas;
pub(super) mod blocking_disruption_budget;
pub(super) mod equal_probes;
pub(super) mod missing_memory_limit;
pub(super) mod missing_readiness_probe;
pub(super) mod missing_requests;
pub(super) mod short_grace_period;
pub(super) mod stuck_rolling_update;

use serde_json::Value;

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

/// A number, or a share of `all`: `2`, `"25%"`.
fn count_of(value: &Value, all: u64, round_up: bool) -> Option<u64> {
    if let Some(number) = value.as_u64() {
        return Some(number);
    }
    let percent: u64 = value.as_str()?.strip_suffix('%')?.parse().ok()?;
    let hundredths = percent.checked_mul(all)?;
    Some(if round_up { hundredths.div_ceil(100) } else { hundredths / 100 })
}
