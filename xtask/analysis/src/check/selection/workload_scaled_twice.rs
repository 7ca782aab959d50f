//! Workloads that two autoscalers scale.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use crate::graph::{Graph, Reference, Relation};
use crate::objects::Identity;

pub(in crate::check) static RULE: Rule = Rule {
    name: "workload-scaled-twice",
    family: Family::Selection,
    severity: Severity::Error,
    summary: "Two autoscalers scale one workload",
    consequence: "neither scales it: both stop with the condition AmbiguousSelector, or set the replicas against each other",
    explanation: "HorizontalPodAutoscaler and ScaledObject are looked at; a VerticalPodAutoscaler beside one of them \
                  is not told here.",
    remedy: "keep one of the autoscalers, with the metrics of both",
    upstream: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#ambiguous-selector",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut scaled: HashMap<&Identity, &Reference<'_>> = HashMap::new();
    let autoscalers = graph.named_by(Relation::ScaleTarget);
    for reference in
        autoscalers.filter(|reference| reference.from.identity.kind != "VerticalPodAutoscaler")
    {
        let Reference { from, field, target, .. } = reference;
        let first = *scaled.entry(target).or_insert(reference);
        if first.from.identity != from.identity {
            let message = format!("{} scales {target} as well", first.from.identity);
            findings.add(from, At::Value(field), message).side(
                "it is here",
                first.from,
                At::Value(first.field),
            );
        }
    }
}
