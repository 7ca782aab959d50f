//! Jobs for whose pods there is no room.

use super::beyond_what_is_left;
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::graph::capacity::Count;

pub(in crate::check) static RULE: Rule = Rule {
    name: "run-without-room",
    family: Family::Capacity,
    severity: Severity::Error,
    summary: "A Job or CronJob finds no room for a pod beside the pods that stay",
    consequence: "the pod stays Pending, and the Job never begins",
    explanation: "One pod of the Job beside all pods that stay, on the nodes that it asks for. Jobs that run at the same time are not \
                  added up: one waits for the other.",
    remedy: "request less, or give the cluster more nodes",
    upstream: "https://kubernetes.io/docs/concepts/workloads/controllers/job/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let capacity = &graph.capacity;
    for placement in capacity.placed() {
        let is_run = matches!(placement.count, Count::Run(_));
        if is_run
            && placement.holds > 0
            && let Some(beyond) = beyond_what_is_left(capacity, placement, 1)
        {
            let message = format!("with a pod of it, pods request {beyond}");
            findings.add(placement.owner, At::Value(&placement.pod.spec["containers"]), message);
        }
    }
}
