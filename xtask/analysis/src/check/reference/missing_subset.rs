//! Subsets of destinations.

use crate::check::{At, Family, Findings, Rule, Severity, hint};
use std::borrow::Cow;
use std::collections::HashMap;

use crate::graph::Graph;
use crate::graph::mesh::{self, Host};
use crate::objects::{Object, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-subset",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A VirtualService sends requests to a subset that no DestinationRule of the host defines",
    consequence: "requests that match are answered with 503: there is no such cluster",
    explanation: "All DestinationRules of the host count that are here. One is told missing if the host is a Service that is \
                  here, or a DestinationRule in the namespace of the VirtualService is for it.",
    remedy: "define the subset in a DestinationRule of the host, or correct its name",
    upstream: "https://istio.io/latest/docs/reference/config/networking/destination-rule/#Subset",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut rules: HashMap<Cow<'_, str>, Vec<&Object>> = HashMap::new();
    for rule in graph.objects().of_kind(mesh::ROUTING, "DestinationRule") {
        if let Some(host) = text(&rule.json["spec"]["host"]) {
            rules.entry(mesh::full(host, rule.namespace())).or_default().push(rule);
        }
    }
    for destination in graph.destinations() {
        let (from, field) = (destination.from, &destination.json["subset"]);
        let (Some(subset), Some(host)) = (text(field), text(&destination.json["host"])) else {
            continue;
        };
        let is_here =
            matches!(graph.host(host, from.namespace()), Host::Service(_) | Host::Entry(_));
        let of_host = rules.get(&mesh::full(host, from.namespace()));
        let of_host = of_host.map_or(&[][..], Vec::as_slice);
        let subsets = of_host.iter().flat_map(|rule| list(&rule.json["spec"]["subsets"]));
        let names: Vec<&str> = subsets.filter_map(|subset| text(&subset["name"])).collect();
        // Callers of a namespace take the rule of their own namespace before all others.
        let has_rule = of_host.iter().any(|rule| rule.namespace() == from.namespace());
        if !(is_here || has_rule) || names.contains(&subset) {
            continue;
        }
        let hint = hint(subset, names);
        let message = format!("no DestinationRule of {host} has a subset {subset}{hint}");
        let mut added = findings.add(from, At::Value(field), message);
        for rule in of_host {
            added =
                added.side("the subsets are here", rule, At::Value(&rule.json["spec"]["subsets"]));
        }
    }
}
