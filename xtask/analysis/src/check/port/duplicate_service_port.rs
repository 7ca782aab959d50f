//! Ports that a Service has twice.

use super::{ports, protocol};
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::{Value, text};
use manifests_lib::check::properties::repeated;

pub(in crate::check) static RULE: Rule = Rule {
    name: "duplicate-service-port",
    family: Family::Port,
    severity: Severity::Error,
    summary: "A Service has a port, or the name of one, twice",
    consequence: "the API server refuses the Service",
    explanation: "A number may stand once for each protocol. Where there are several ports, each needs a name of its \
                  own.",
    remedy: "give each port a number and a name of its own",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/service/#multi-port-services",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for service in graph.objects().of_kind("", "Service") {
        let ports = ports(service);
        let numbers = ports.iter().map(|port| ((port["port"].as_u64(), protocol(port)), port));
        for (_, port) in repeated(numbers) {
            let (number, protocol) = (&port["port"], protocol(port));
            let message = format!("the port {number}/{protocol} stands twice");
            findings.add(service, At::Value(number), message);
        }
        let is_named = |port: &&Value| text(&port["name"]).is_some_and(|name| !name.is_empty());
        let named = ports.iter().filter(is_named);
        for (_, name) in repeated(named.map(|port| (text(&port["name"]), &port["name"]))) {
            let message = format!("two ports have the name {}", text(name).unwrap_or_default());
            findings.add(service, At::Value(name), message);
        }
        if ports.len() > 1 {
            for port in ports.iter().filter(|port| !is_named(port)) {
                let message = "of several ports, this one has no name";
                findings.add(service, At::Value(port), message);
            }
        }
    }
}
