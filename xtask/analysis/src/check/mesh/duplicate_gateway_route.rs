//! Matches that two `VirtualServices` have for one host at one gateway.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use crate::graph::mesh::routes::{self, SIDECARS};
use crate::graph::{Graph, mesh};
use crate::objects::{Object, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "duplicate-gateway-route",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "Two VirtualServices have the same match for one host at one gateway",
    consequence: "the older VirtualService gets all requests; which that is, changes when one is created anew",
    explanation: "A gateway puts the routes of all VirtualServices of a host together; between them there is no order \
                  but their age. The same match twice leaves one of them without requests, and so do two routes \
                  without a match.",
    remedy: "give the routes different matches or hosts, or put them into one VirtualService in the order that is meant",
    upstream: "https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services",
    check,
};

/// A match at a gateway for a host: two with one key are the same.
type Key = (String, String, String);

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut known: HashMap<Key, (&Object, &Value)> = HashMap::new();
    for object in graph.objects().of_kind(mesh::ROUTING, "VirtualService") {
        let spec = &object.json["spec"];
        let gateways = routes::gateways(object);
        for gateway in gateways.iter().filter(|gateway| *gateway != SIDECARS) {
            for host in list(&spec["hosts"]).iter().filter_map(text) {
                let host = mesh::full(host, object.namespace());
                for (words, place) in matches(object, gateway) {
                    let key = (gateway.clone(), host.to_string(), words);
                    let (first, earlier) = *known.entry(key).or_insert((object, place));
                    if first.identity != object.identity {
                        let message = format!(
                            "{} has this match at {gateway} for {host}, too",
                            first.identity
                        );
                        findings.add(object, At::Value(place), message).side(
                            "it is here",
                            first,
                            At::Value(earlier),
                        );
                    }
                }
            }
        }
    }
}

/// The matches of HTTP at a gateway, in words that are the same for the same ones.
fn matches<'a>(object: &'a Object, gateway: &str) -> Vec<(String, &'a Value)> {
    let mut all = Vec::new();
    for route in list(&object.json["spec"]["http"]) {
        let matches = list(&route["match"]);
        if matches.is_empty() {
            all.push((String::new(), route));
        }
        for matched in matches {
            if !routes::is_at(matched, gateway, object.namespace()) {
                continue;
            }
            let mut words = matched.clone();
            if let Some(fields) = words.as_object_mut() {
                fields.retain(|key, _| !["gateways", "name", "statPrefix"].contains(&key.as_str()));
            }
            let words = if routes::takes_all(&words) { String::new() } else { words.to_string() };
            all.push((words, matched));
        }
    }
    all
}
