//! Ports that monitors scrape.

use crate::check::{At, Family, Findings, Rule, Severity, hint};
use crate::graph::Graph;
use crate::objects::{Object, Pod, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-monitored-port",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A monitor scrapes a port that nothing that it selects has",
    consequence: "nothing is scraped: Prometheus drops every target of it, without a word",
    explanation: "A ServiceMonitor counts the names of ports of Services, a PodMonitor those of containers. A port is \
                  told missing where the monitor selects something that is here, and none of it has the port; \
                  containers that declare no ports, or get a sidecar by injection, are passed over.",
    remedy: "correct the name of the port",
    upstream: "https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.Endpoint",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for monitor in graph.monitors() {
        let known: Option<Vec<&str>> = if monitor.of_services {
            of_services(&graph.monitored_services(monitor))
        } else {
            of_pods(&graph.monitored_pods(monitor))
        };
        let Some(known) = known.filter(|_| graph.sees_all_monitored(monitor)) else { continue };
        for endpoint in monitor.endpoints() {
            let field = &endpoint["port"];
            if let Some(name) =
                text(field).filter(|name| !known.contains(name) && !INJECTED.contains(name))
            {
                let hint = hint(name, known.iter().copied());
                let message = format!("nothing that is selected has a port {name}{hint}");
                findings.add(monitor.object, At::Value(field), message);
            }
        }
    }
}

/// Ports of the sidecar that Istio injects.
const INJECTED: &[&str] = &["http-envoy-prom", "status-port"];

fn of_services<'a>(services: &[&'a Object]) -> Option<Vec<&'a str>> {
    let ports = services.iter().flat_map(|service| list(&service.json["spec"]["ports"]));
    // A Service with a single port may leave its name out, and then nobody can name it.
    (!services.is_empty()).then(|| ports.filter_map(|port| text(&port["name"])).collect())
}

fn of_pods<'a>(pods: &[&Pod<'a>]) -> Option<Vec<&'a str>> {
    let declares = |pod: &&Pod<'_>| pod.containers().any(|container| !container.ports().is_empty());
    if pods.is_empty() || !pods.iter().all(declares) {
        return None;
    }
    let ports =
        pods.iter().flat_map(|pod| pod.containers()).flat_map(|container| container.ports());
    Some(ports.filter_map(|port| text(&port["name"])).collect())
}
