//! Services that lead nowhere.

use super::nothing_selected;
use crate::check::{Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::Selector;

pub(in crate::check) static RULE: Rule = Rule {
    name: "service-without-pods",
    family: Family::Selection,
    severity: Severity::Error,
    summary: "A Service selects no pod",
    consequence: "it has no endpoints: every connection to it is refused",
    explanation: "A selector is told to select nothing where pods of the namespace are here, and nothing that may make \
                  others is: no chart that was not rendered, no object of an unknown operator. A Service without a \
                  selector has endpoints of somebody else.",
    remedy: "correct the selector, or the labels of the template of the pods",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/service/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for service in graph.objects().of_kind("", "Service") {
        let selector = &service.json["spec"]["selector"];
        nothing_selected(graph, findings, service, selector, Selector::of_labels(selector));
    }
}
