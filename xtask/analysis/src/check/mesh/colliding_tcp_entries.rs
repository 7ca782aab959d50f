//! `ServiceEntries` of TCP that nothing tells apart.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use crate::graph::mesh::visibility::Audience;
use crate::graph::{Graph, mesh};
use crate::objects::{Object, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "colliding-tcp-entries",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "Two ServiceEntries of TCP have one port and no addresses, and the mesh does not capture DNS",
    consequence: "sidecars have one listener for the port, so that connections to one host arrive at the other",
    explanation: "A connection of TCP tells no host. A sidecar knows where it goes by its address only: one that the \
                  ServiceEntry says, or one that istiod gives it where sidecars answer DNS \
                  (`ISTIO_META_DNS_CAPTURE`). Told only where the configuration of the mesh is here.",
    remedy: "set `proxyMetadata: {ISTIO_META_DNS_CAPTURE: \"true\"}` in `meshConfig.defaultConfig`, or give each entry `addresses` of its own",
    upstream: "https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    if graph.captures_dns() != Some(false) {
        return;
    }
    let mut known: HashMap<u64, Vec<(&Object, &Value, Audience<'_>)>> = HashMap::new();
    for entry in graph.objects().of_kind(mesh::ROUTING, "ServiceEntry") {
        let spec = &entry.json["spec"];
        if !list(&spec["addresses"]).is_empty() {
            continue;
        }
        let audience = graph.audience(entry);
        for port in list(&spec["ports"]).iter().filter(|port| is_tcp(port)) {
            let Some(number) = port["number"].as_u64() else { continue };
            let others = known.entry(number).or_default();
            let other = others.iter().find(|(other, _, theirs)| {
                other.identity != entry.identity && audience.meets(theirs)
            });
            if let Some((other, place, _)) = other {
                let message = format!("port {number} belongs to {} already", other.identity);
                findings.add(entry, At::Value(port), message).side(
                    "it is here",
                    other,
                    At::Value(place),
                );
            } else {
                others.push((entry, port, audience.clone()));
            }
        }
    }
}

/// TCP, where nothing is said.
fn is_tcp(port: &Value) -> bool {
    let protocol = text(&port["protocol"]).unwrap_or_default().to_ascii_uppercase();
    ["", "TCP", "MONGO", "MYSQL", "REDIS"].contains(&protocol.as_str())
}
