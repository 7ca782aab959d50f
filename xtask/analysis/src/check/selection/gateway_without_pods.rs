//! Istio Gateways that no proxy serves.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashSet;

use crate::check::near::is_slip;
use crate::graph::{Graph, mesh};
use crate::objects::{Selector, texts};

pub(in crate::check) static RULE: Rule = Rule {
    name: "gateway-without-pods",
    family: Family::Selection,
    severity: Severity::Error,
    summary: "The selector of an Istio Gateway is a slip of labels that proxies have, or selects none",
    consequence: "no proxy opens its ports: requests are refused",
    explanation: "Proxies are often those of a chart. So a selector is only told that differs from the labels of pods \
                  here, or from the selector of a Service here, by a letter too many, one too few, or two that have \
                  changed places. Where all that is in the cluster is here (`--whole`), each that selects no pod is told.",
    remedy: "correct the selector",
    upstream: "https://istio.io/latest/docs/reference/config/networking/gateway/#Gateway",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut known: HashSet<(&str, &str)> = HashSet::new();
    known.extend(graph.pods.iter().flat_map(|pod| texts(pod.labels())));
    for service in graph.objects().of_kind("", "Service") {
        known.extend(texts(&service.json["spec"]["selector"]));
    }
    for gateway in graph.objects().of_kind(mesh::ROUTING, "Gateway") {
        let selector = &gateway.json["spec"]["selector"];
        let labels = Selector::of_labels(selector);
        let is_served = || graph.pods.iter().any(|pod| pod.is_selected_by(&labels));
        let mut is_told = false;
        for (key, value) in texts(selector).filter(|label| !known.contains(label)) {
            let values =
                || known.iter().filter(|(known, _)| *known == key).map(|(_, value)| *value);
            let mut slips: Vec<&str> = values().filter(|known| is_slip(value, known)).collect();
            slips.sort_unstable();
            if let Some(right) = slips.first() {
                let message = format!("no proxy has {key} {value}; did you mean {right}?");
                findings.add(gateway, At::Value(&selector[key]), message);
                is_told = true;
            }
        }
        if !is_told && !labels.is_empty() && graph.sees_every_pod() && !is_served() {
            findings.add(gateway, At::Value(selector), "no pod has these labels");
        }
    }
}
