//! Ports that a Service has twice.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashSet;

use super::{ports, protocol};
use crate::graph::Graph;
use crate::objects::text;

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
        let (mut numbers, mut names) = (HashSet::new(), HashSet::new());
        let ports = ports(service);
        for port in ports {
            let (number, protocol) = (&port["port"], protocol(port));
            if !numbers.insert((number.as_u64(), protocol)) {
                let message = format!("the port {number}/{protocol} stands twice");
                findings.add(service, At::Value(number), message);
            }
            match text(&port["name"]).filter(|name| !name.is_empty()) {
                Some(name) if !names.insert(name) => {
                    let message = format!("two ports have the name {name}");
                    findings.add(service, At::Value(&port["name"]), message);
                }
                None if ports.len() > 1 => {
                    let message = "of several ports, this one has no name";
                    findings.add(service, At::Value(port), message);
                }
                _ => {}
            }
        }
    }
}
