//! Ports that texts name.

use super::ports_in_words;
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-called-port",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A text names a port that its Service does not have",
    consequence: "nothing answers: each call runs into a refused connection or a timeout",
    explanation: "The port behind a Service that is spelled out, or of a URL that is the whole variable, is looked at; \
                  without one, that of the scheme. Headless Services are passed over: there the port of the pod \
                  counts.",
    remedy: "call a port of the Service, or add this one to it",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/service/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for call in graph.calls() {
        let Some((port, service)) = call.port.zip(graph.objects().get(&call.service)) else {
            continue;
        };
        let spec = &service.json["spec"];
        let ports = list(&spec["ports"]);
        let is_headless =
            text(&spec["clusterIP"]) == Some("None") || text(&spec["type"]) == Some("ExternalName");
        if ports.is_empty() || is_headless || ports.iter().any(|known| known["port"] == port) {
            continue;
        }
        let message =
            format!("{} has no port {port}, but {}", service.identity, ports_in_words(ports));
        findings.add(call.from, At::Value(call.field), message).side(
            "its ports are here",
            service,
            At::Value(&spec["ports"]),
        );
    }
}
