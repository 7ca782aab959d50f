//! Destinations that stand twice in a route.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use crate::graph::mesh::routes;
use crate::graph::{Graph, mesh};
use crate::objects::{Value, list};

pub(in crate::check) static RULE: Rule = Rule {
    name: "duplicate-destination",
    family: Family::Mesh,
    severity: Severity::Warning,
    summary: "A route shares requests between a destination and the same one again",
    consequence: "all of them arrive at one place: what was meant to be another version or host gets none",
    explanation: "Host, subset and port are compared, and so are the headers that a destination sets.",
    remedy: "name the other subset or host, or let one of the two go",
    upstream: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRouteDestination",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for object in graph.objects().of_kind(mesh::ROUTING, "VirtualService") {
        for route in routes::rules(object) {
            let mut known: HashMap<String, &Value> = HashMap::new();
            for weighted in list(&route["route"]) {
                let destination = &weighted["destination"];
                let words = format!("{destination} {}", weighted["headers"]);
                let first = *known.entry(words).or_insert(destination);
                if !std::ptr::eq(first, destination) {
                    findings
                        .add(
                            object,
                            At::Value(destination),
                            "the route has this destination already",
                        )
                        .side("it is here", object, At::Value(first));
                }
            }
        }
    }
}
