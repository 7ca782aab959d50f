//! Subsets of nothing.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::{
    Graph,
    mesh::{self, Host},
};
use crate::objects::{Pod, Selector, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "subset-without-pods",
    family: Family::Selection,
    severity: Severity::Error,
    summary: "A subset of a DestinationRule selects none of the pods of its Service",
    consequence: "requests to the subset are answered with 503: it has no endpoints",
    explanation: "A subset selects among the pods that the Service of the host selects. A selector is told to select \
                  nothing where pods of the namespace are here, and nothing that may make others is: no chart that was \
                  not rendered, no object of an unknown operator.",
    remedy: "correct the labels of the subset, or of the template of the pods",
    upstream: "https://istio.io/latest/docs/reference/config/networking/destination-rule/#Subset",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for rule in graph.objects().of_kind(mesh::ROUTING, "DestinationRule") {
        let spec = &rule.json["spec"];
        let host = text(&spec["host"]).map(|host| graph.host(host, rule.namespace()));
        let Some(Host::Service(service)) = host else { continue };
        let pods: Vec<&Pod<'_>> = graph.behind(service).collect();
        if pods.is_empty() || !graph.sees_all_pods(service.namespace()) {
            continue;
        }
        for subset in list(&spec["subsets"]) {
            let labels = &subset["labels"];
            let selector = Selector::of_labels(labels);
            if !pods.iter().any(|pod| pod.is_selected_by(&selector)) {
                let name = text(&subset["name"]).unwrap_or_default();
                let message =
                    format!("no pod of {} has the labels of the subset {name}", service.identity);
                findings.add(rule, At::Value(labels), message).side(
                    "its pods are here",
                    pods[0].owner,
                    At::Object,
                );
            }
        }
    }
}
