//! Pods of two disruption budgets.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use crate::graph::Graph;
use crate::objects::{Identity, Object, Selector};

pub(in crate::check) static RULE: Rule = Rule {
    name: "pod-in-two-budgets",
    family: Family::Selection,
    severity: Severity::Error,
    summary: "Two PodDisruptionBudgets select the same pods",
    consequence: "the pods cannot be evicted at all: the API server answers with an error, and drains of their nodes hang",
    explanation: "The eviction API does not support more than one budget for a pod.",
    remedy: "narrow one of the selectors, or remove one of the budgets",
    upstream: "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut of_pods: HashMap<&Identity, &Object> = HashMap::new();
    for budget in graph.objects().of_kind("policy", "PodDisruptionBudget") {
        let field = &budget.json["spec"]["selector"];
        if field.is_null() {
            continue;
        }
        let mut told = false;
        for pod in graph.selected(budget.namespace(), Selector::of(field)) {
            let first = *of_pods.entry(&pod.owner.identity).or_insert(budget);
            if first.identity != budget.identity && !told {
                told = true;
                let message = format!(
                    "{} selects the pods of {} as well",
                    first.identity, pod.owner.identity
                );
                findings
                    .add(budget, At::Value(field), message)
                    .side(
                        "the other budget is here",
                        first,
                        At::Value(&first.json["spec"]["selector"]),
                    )
                    .side("the pods are here", pod.owner, At::Object);
            }
        }
    }
}
