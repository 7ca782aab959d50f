//! Ports whose name says one protocol and whose appProtocol another.

use super::{is_in_mesh, ports};
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::text;

pub(in crate::check) static RULE: Rule = Rule {
    name: "contradicting-protocol",
    family: Family::Port,
    severity: Severity::Warning,
    summary: "The name of a port says another protocol than its `appProtocol`",
    consequence: "the mesh goes by `appProtocol`: people who read the name expect routes, retries and metrics that are not there",
    explanation: "Istio reads `appProtocol` first, and without it the name up to the first dash. Services of \
                  namespaces that are in the mesh by their labels are looked at. `http` and `http2`, `grpc` and \
                  `http2`, `https` and `tls` do not contradict each other.",
    remedy: "let both say the same, or leave one out",
    upstream: "https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for service in graph.objects().of_kind("", "Service") {
        if !is_in_mesh(graph, service.namespace()) {
            continue;
        }
        for port in ports(service) {
            let (Some(name), Some(protocol)) = (text(&port["name"]), text(&port["appProtocol"]))
            else {
                continue;
            };
            let by_name = kind(name.split('-').next().unwrap_or_default());
            let by_field = kind(&protocol.to_ascii_lowercase());
            if by_name.is_some() && by_field.is_some() && by_name != by_field {
                let message =
                    format!("the name {name} and appProtocol {protocol} contradict each other");
                findings.add(service, At::Value(&port["appProtocol"]), message);
            }
        }
    }
}

/// How Istio treats a protocol: by requests, by the names that connections ask for, or as bytes.
fn kind(protocol: &str) -> Option<&'static str> {
    match protocol {
        "http" | "http2" | "grpc" => Some("requests"),
        "https" | "tls" => Some("encrypted"),
        "tcp" | "mysql" | "mongo" | "redis" => Some("bytes"),
        "udp" => Some("datagrams"),
        _ => None,
    }
}
