//! `ServiceEntries` that say different things of one host.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use crate::graph::mesh::visibility::Audience;
use crate::graph::{Graph, mesh};
use crate::objects::{Object, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "contradicting-service-entries",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "Two ServiceEntries have different protocols for one port of one host",
    consequence: "sidecars take one of them, and read what the other side says as something else",
    explanation: "Two ServiceEntries count where some namespace sees both. Saying the same twice is no mistake: \
                  their endpoints are put together.",
    remedy: "say the same protocol in both, or leave one ServiceEntry",
    upstream: "https://istio.io/latest/docs/reference/config/networking/service-entry/",
    check,
};

/// An entry, its port, and who sees it.
type Place<'a> = (&'a Object, &'a Value, Audience<'a>);

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut known: HashMap<(&str, u64), Vec<Place<'_>>> = HashMap::new();
    for entry in graph.objects().of_kind(mesh::ROUTING, "ServiceEntry") {
        let spec = &entry.json["spec"];
        let audience = graph.audience(entry);
        for host in list(&spec["hosts"]).iter().filter_map(text) {
            for port in list(&spec["ports"]) {
                let Some(number) = port["number"].as_u64() else { continue };
                let others = known.entry((host, number)).or_default();
                let other = others.iter().find(|(_, theirs, seen)| {
                    protocol(theirs) != protocol(port) && audience.is_of_equals(seen)
                });
                if let Some((other, place, _)) = other {
                    let message = format!(
                        "port {number} of {host} is {} here and {} in {}",
                        protocol(port),
                        protocol(place),
                        other.identity
                    );
                    findings.add(entry, At::Value(port), message).side(
                        "it is here",
                        other,
                        At::Value(place),
                    );
                } else if others.is_empty() {
                    others.push((entry, port, audience.clone()));
                }
            }
        }
    }
}

fn protocol(port: &Value) -> String {
    text(&port["protocol"]).filter(|name| !name.is_empty()).unwrap_or("TCP").to_ascii_uppercase()
}
