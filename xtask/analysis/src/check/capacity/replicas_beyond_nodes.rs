//! More pods of one workload than its nodes can hold.

use super::reason;
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::graph::capacity::Limit;

pub(in crate::check) static RULE: Rule = Rule {
    name: "replicas-beyond-nodes",
    family: Family::Capacity,
    severity: Severity::Error,
    summary: "A workload has more pods than its nodes can hold",
    consequence: "the pods beyond that stay Pending, and a rollout never ends",
    explanation: "Looked at is one workload as if it had its nodes for itself, but for what DaemonSets take: how many pods fit on each \
                  node by their requests; required anti-affinity that keeps them on different nodes or in different zones; a port of the \
                  node; `minDomains` of a spread. Zones count where the nodes say theirs.",
    remedy: "run fewer, give the cluster more nodes, or ask for the distance only where there is room (preferred anti-affinity)",
    upstream: "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let capacity = &graph.capacity;
    for placement in capacity.placed() {
        let place = &capacity.places[placement.place];
        let (holds, limit) = (placement.holds, placement.limit);
        let least = placement.least();
        if least > holds && holds > 0 {
            let at = match limit {
                Limit::Apart(term) => At::Value(term),
                Limit::NodePort(port) => At::Value(port),
                Limit::Spread(spread) => At::Value(spread),
                Limit::Size => At::Value(&placement.owner.json["spec"]["replicas"]),
            };
            let place = capacity.describe(place);
            let message = format!("of its {least} pods {holds} fit on {place}: {}", reason(&limit));
            findings.add(placement.owner, at, message);
        }
    }
}
