//! Listeners of a Gateway that cannot be told apart.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use crate::graph::Graph;
use crate::objects::{Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "duplicate-listener",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "Two listeners of a Gateway have the same port and host",
    consequence: "the API server refuses the Gateway, or its controller marks the listeners `Conflicted` and serves neither",
    explanation: "Listeners are told apart by port, protocol and host. HTTP and HTTPS cannot share a port.",
    remedy: "take another port or host, or let one listener go",
    upstream: "https://gateway-api.sigs.k8s.io/reference/spec/#listener",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for gateway in graph.objects().of_kind("gateway.networking.k8s.io", "Gateway") {
        let mut known: HashMap<(u64, &str, &str), &Value> = HashMap::new();
        for listener in list(&gateway.json["spec"]["listeners"]) {
            let Some(port) = listener["port"].as_u64() else { continue };
            let transport = match text(&listener["protocol"]) {
                Some("UDP") => "UDP",
                _ => "TCP",
            };
            let host = text(&listener["hostname"]).unwrap_or_default();
            let first = *known.entry((port, transport, host)).or_insert(listener);
            if !std::ptr::eq(first, listener) {
                let of_host = if host.is_empty() { "all hosts" } else { host };
                let message = format!("port {port} has a listener for {of_host} already");
                findings.add(gateway, At::Value(listener), message).side(
                    "it is here",
                    gateway,
                    At::Value(first),
                );
            }
        }
    }
}
