//! Disruption budgets of nothing.

use super::nothing_selected;
use crate::check::{Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::Selector;

pub(in crate::check) static RULE: Rule = Rule {
    name: "budget-without-pods",
    family: Family::Selection,
    severity: Severity::Warning,
    summary: "A PodDisruptionBudget selects no pod",
    consequence: "it protects nothing: a drain of nodes may evict all pods that it was meant for at once",
    explanation: "A selector is told to select nothing where pods of the namespace are here, and nothing that may make \
                  others is: no chart that was not rendered, no object of an unknown operator.",
    remedy: "correct the selector of the budget, or the labels of the template of the pods",
    upstream: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for budget in graph.objects().of_kind("policy", "PodDisruptionBudget") {
        let selector = &budget.json["spec"]["selector"];
        nothing_selected(graph, findings, budget, selector, Selector::of(selector));
    }
}
