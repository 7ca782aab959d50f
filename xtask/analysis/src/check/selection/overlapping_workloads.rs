//! Workloads that select the pods of others.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::{Pod, Selector};

pub(in crate::check) static RULE: Rule = Rule {
    name: "overlapping-workloads",
    family: Family::Selection,
    severity: Severity::Warning,
    summary: "The selector of a workload selects pods of another one",
    consequence: "pods are counted for both: autoscalers, budgets and `kubectl logs` mix the two up, and controllers may adopt pods that are not theirs",
    explanation: "Deployments, StatefulSets, DaemonSets, ReplicaSets and ReplicationControllers are looked at, within \
                  a namespace.",
    remedy: "give both a label with a value of its own, in selector and template: a selector can only be changed by creating the workload anew",
    upstream: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for pod in graph.pods.iter().filter(|pod| is_controlled(pod)) {
        let owner = pod.owner;
        let field = &owner.json["spec"]["selector"];
        let selector = match owner.identity.kind.as_str() {
            "ReplicationController" => Selector::of_labels(field),
            _ => Selector::of(field),
        };
        if selector.is_empty() {
            continue;
        }
        let mut selected = graph.selected(pod.namespace(), selector);
        let is_other = |other: &&Pod<'_>| {
            is_controlled(other)
                && !std::ptr::eq(other.owner, owner)
                && other.owner.identity != owner.identity
        };
        if let Some(other) = selected.find(is_other) {
            let message = format!("pods of {} are selected as well", other.owner.identity);
            findings.add(owner, At::Value(field), message).side(
                "it is here",
                other.owner,
                At::Value(other.labels()),
            );
        }
    }
}

fn is_controlled(pod: &Pod<'_>) -> bool {
    let kind = pod.owner.identity.kind.as_str();
    pod.owner.identity.group == "apps" || kind == "ReplicationController"
}
