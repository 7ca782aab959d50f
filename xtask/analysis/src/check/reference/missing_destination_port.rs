//! Ports of destinations.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::{Destination, Graph};

use crate::graph::mesh::{self, Host};
use crate::objects::{Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-destination-port",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A VirtualService sends requests to a port that its host does not have",
    consequence: "requests that match are answered with 503: there is no such cluster",
    explanation: "A VirtualService counts the ports of the Service, not those of its pods. Without a port, a Service \
                  with several gets requests at the port at which they came: at a gateway one of its servers, which the \
                  Service has to have too.",
    remedy: "correct the number, or name the port of a Service that has several",
    upstream: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for destination in graph.destinations() {
        let (from, number) = (destination.from, &destination.json["port"]["number"]);
        let Some(host) = text(&destination.json["host"]) else { continue };
        if number.is_null() {
            unsaid(graph, findings, destination, host);
        }
        if !number.is_u64() {
            continue;
        }
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

/// A destination without a port, of several, whose requests come at ports that it does not have.
fn unsaid(
    graph: &Graph<'_>,
    findings: &mut Findings<'_>,
    destination: Destination<'_>,
    host: &str,
) {
    let from = destination.from;
    let Host::Service(service) = graph.host(host, from.namespace()) else { return };
    let ports = &service.json["spec"]["ports"];
    let gateways = list(&from.json["spec"]["gateways"]);
    let is_mesh = |gateway: &Value| text(gateway) == Some("mesh");
    if list(ports).len() < 2 || gateways.is_empty() || gateways.iter().any(is_mesh) {
        return;
    }
    let mut opened = Vec::new();
    for gateway in gateways.iter().filter_map(text) {
        let (namespace, name) = gateway.split_once('/').unwrap_or((from.namespace(), gateway));
        let gateway = graph.objects().find(mesh::ROUTING, "Gateway", Some(namespace), name);
        let Some(gateway) = gateway else { return };
        let servers = list(&gateway.json["spec"]["servers"]).iter();
        opened.extend(servers.map(|server| &server["port"]["number"]));
    }
    if list(ports).iter().any(|port| opened.contains(&&port["port"])) {
        return;
    }
    let message = format!("{} has several ports, and none of the gateway's", service.identity);
    findings
        .add(from, At::Value(destination.json), message)
        .help("name the port of the destination")
        .side("its ports are here", service, At::Value(ports));
}
