//! Destinations of a route that get nothing.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::mesh::routes;
use crate::graph::{Graph, mesh};
use crate::objects::list;

pub(in crate::check) static RULE: Rule = Rule {
    name: "route-without-weight",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "One of several destinations of a route has no weight",
    consequence: "it gets no request; and where no destination has a weight, Istio refuses the VirtualService",
    explanation: "A weight that is not said is 0 where a route has several destinations. Weights are parts of their \
                  sum, which need not be 100. A weight of 0 that is written is no mistake.",
    remedy: "give each destination of the route a weight",
    upstream: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRouteDestination",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for object in graph.objects().of_kind(mesh::ROUTING, "VirtualService") {
        for route in routes::rules(object) {
            let destinations = list(&route["route"]);
            let (without, with): (Vec<_>, Vec<_>) =
                destinations.iter().partition(|destination| destination["weight"].is_null());
            if destinations.len() < 2 {
                continue;
            }
            if with.is_empty() {
                let message = format!("none of {} destinations has a weight", destinations.len());
                findings.add(object, At::Value(&route["route"]), message);
                continue;
            }
            for destination in without {
                let message = "this destination has no weight, and another one has";
                findings.add(object, At::Missing(destination, "weight"), message);
            }
        }
    }
}
