//! Ports of destinations.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::graph::mesh::Host;
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-destination-port",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A VirtualService sends requests to a port that its host does not have",
    consequence: "requests that match are answered with 503: there is no such cluster",
    explanation: "A VirtualService counts the ports of the Service, not those of its pods. Without a port, the host \
                  may only have one.",
    remedy: "correct the number, or name the port of a Service that has several",
    upstream: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for destination in graph.destinations() {
        let (from, number) = (destination.from, &destination.json["port"]["number"]);
        let Some(host) = text(&destination.json["host"]).filter(|_| number.is_u64()) else {
            continue;
        };
        let (object, key) = match graph.host(host, from.namespace()) {
            Host::Service(service) => (service, "port"),
            Host::Entry(entry) => (entry, "number"),
            Host::Unknown | Host::Missing => continue,
        };
        let ports = &object.json["spec"]["ports"];
        if list(ports).is_empty() || list(ports).iter().any(|port| port[key] == *number) {
            continue;
        }
        let known: Vec<String> = list(ports).iter().map(|port| port[key].to_string()).collect();
        let message = format!("{} has no port {number}, but {}", object.identity, known.join(", "));
        findings.add(from, At::Value(number), message).side(
            "its ports are here",
            object,
            At::Value(ports),
        );
    }
}
