//! Rollouts that need a pod more than there is room for.

use super::{beyond_what_is_left, reason};
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::graph::capacity::{Limit, surge};

pub(in crate::check) static RULE: Rule = Rule {
    name: "rollout-without-room",
    family: Family::Capacity,
    severity: Severity::Error,
    summary: "A rollout has to add a pod before it takes one away, and there is no room for it",
    consequence: "all pods run until the next change, whose first pod stays Pending: the rollout stops until it is given up",
    explanation: "A Deployment with `RollingUpdate` whose `maxUnavailable` is 0, as it is where the default of 25% is of fewer than four \
                  pods. Room is what nodes have beside all pods that stay, and beside the pods of the workload itself where \
                  required anti-affinity or a port of the node keeps them apart.",
    remedy: "let the rollout take one away first (maxUnavailable: 1), or give the cluster room for one more",
    upstream: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let capacity = &graph.capacity;
    for placement in capacity.placed() {
        let least = placement.least();
        let (holds, limit) = (placement.holds, placement.limit);
        if least == 0 || least > holds || surge(placement.owner, least) == 0 {
            continue;
        }
        let place = capacity.describe(&capacity.places[placement.place]);
        let of_one_template = match limit {
            Limit::Apart(term) => term["matchLabelKeys"].is_array(),
            _ => false,
        };
        let message = if least == holds && !of_one_template {
            format!(
                "a rollout needs {} pods, and {place} hold {holds}: {}",
                least + 1,
                reason(&limit)
            )
        } else if let Some(beyond) = beyond_what_is_left(capacity, placement, 1) {
            format!("with one pod more, pods request {beyond}")
        } else {
            continue;
        };
        let strategy = &placement.owner.json["spec"]["strategy"];
        findings.add(placement.owner, At::Value(strategy), message);
    }
}
