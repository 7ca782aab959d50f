//! Ports of nodes that are taken twice.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use serde_json::Value;

use super::{ports, protocol};
use crate::graph::Graph;
use crate::objects::Object;

pub(in crate::check) static RULE: Rule = Rule {
    name: "duplicate-node-port",
    family: Family::Port,
    severity: Severity::Error,
    summary: "Two Services ask for the same port of the nodes",
    consequence: "the API server refuses the second one: the port is already allocated",
    explanation: "All namespaces share the ports of nodes; a number may stand once for each protocol. \
                  `healthCheckNodePort` counts.",
    remedy: "give one of them another number, or leave it out",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut taken: HashMap<(u64, &str), (&Object, &Value)> = HashMap::new();
    for service in graph.objects().of_kind("", "Service") {
        let of_ports = ports(service).iter().map(|port| (&port["nodePort"], protocol(port)));
        let health = &service.json["spec"]["healthCheckNodePort"];
        for (field, protocol) in of_ports.chain(Some((health, "TCP"))) {
            let Some(number) = field.as_u64().filter(|number| *number > 0) else { continue };
            let (other, other_field) = *taken.entry((number, protocol)).or_insert((service, field));
            if !std::ptr::eq(other_field, field) && other.identity != service.identity {
                let message =
                    format!("{} asks for the port {number} of the nodes as well", other.identity);
                findings.add(service, At::Value(field), message).side(
                    "it is here",
                    other,
                    At::Value(other_field),
                );
            }
        }
    }
}
