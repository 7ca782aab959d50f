//! Ports of nodes that are taken twice.

use manifests_lib::check::properties::repeated;

use super::{ports, protocol};
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;

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
    let opened = graph.objects().of_kind("", "Service").flat_map(|service| {
        let of_ports = ports(service).iter().map(|port| (&port["nodePort"], protocol(port)));
        let health = &service.json["spec"]["healthCheckNodePort"];
        of_ports.chain(Some((health, "TCP"))).filter_map(move |(field, protocol)| {
            let number = field.as_u64().filter(|number| *number > 0)?;
            Some(((number, protocol), (service, field)))
        })
    });
    for ((other, other_field), (service, field)) in repeated(opened) {
        if other.identity != service.identity {
            let message =
                format!("{} asks for the port {field} of the nodes as well", other.identity);
            findings.add(service, At::Value(field), message).side(
                "it is here",
                other,
                At::Value(other_field),
            );
        }
    }
}
