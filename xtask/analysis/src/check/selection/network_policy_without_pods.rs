//! Network policies of nothing.

use super::nothing_selected;
use crate::check::{Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::Selector;

pub(in crate::check) static RULE: Rule = Rule {
    name: "network-policy-without-pods",
    family: Family::Selection,
    severity: Severity::Warning,
    summary: "A NetworkPolicy selects no pod",
    consequence: "it lets nothing in and keeps nothing out: the pods that it was meant for are as open, or as closed, as without it",
    explanation: "A selector is told to select nothing where pods of the namespace are here, and nothing that may make \
                  others is: no chart that was not rendered, no object of an unknown operator. An empty selector \
                  selects every pod of the namespace.",
    remedy: "correct `podSelector`, or the labels of the template of the pods",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for policy in graph.objects().of_kind("networking.k8s.io", "NetworkPolicy") {
        let selector = &policy.json["spec"]["podSelector"];
        nothing_selected(graph, findings, policy, selector, Selector::of(selector));
    }
}
