//! Pods that are spread by the labels of others.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::{Selector, list};

pub(in crate::check) static RULE: Rule = Rule {
    name: "spread-without-self",
    family: Family::Selection,
    severity: Severity::Warning,
    summary: "A pod is spread among pods that it is not one of itself",
    consequence: "the scheduler does not count its own pods, so that all of them may land on one node",
    explanation: "The `labelSelector` of `topologySpreadConstraints` has to select the pod itself. Its own template \
                  decides; constraints without a selector are passed over.",
    remedy: "give the selector the labels of the template",
    upstream: "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for pod in &graph.pods {
        for constraint in list(&pod.spec["topologySpreadConstraints"]) {
            let field = &constraint["labelSelector"];
            let selector = Selector::of(field);
            if !selector.is_empty() && !pod.is_selected_by(&selector) {
                let message = "the selector does not select the pod itself";
                findings.add(pod.owner, At::Value(field), message).side(
                    "its labels are here",
                    pod.owner,
                    At::Value(pod.metadata),
                );
            }
        }
    }
}
