//! Matches that an earlier one leaves nothing to.

use crate::check::{At, Family, Findings, Rule, Severity};

use crate::graph::Graph;
use crate::graph::mesh::{self, routes};
use crate::objects::{Object, Value, list};

pub(in crate::check) static RULE: Rule = Rule {
    name: "shadowed-match",
    family: Family::Mesh,
    severity: Severity::Warning,
    summary: "A VirtualService has a match that an earlier one leaves nothing to",
    consequence: "what it chooses goes where the earlier route says: the first match counts, not the best",
    explanation: "Routes are tried in their order. A route without matches, or with the path `/` as a prefix, takes \
                  everything that comes to it. A prefix takes what begins with it: `/api` also takes `/api/v2` and \
                  `/apis`. Routes that delegate are passed over, because the delegate decides; so are regular \
                  expressions that are not the same.",
    remedy: "move the narrower match before the wider one, or remove it",
    upstream: "https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for object in graph.objects().of_kind(mesh::ROUTING, "VirtualService") {
        for layer in ["http", "tls", "tcp"] {
            of_layer(object, &object.json["spec"][layer], findings);
        }
    }
}

/// A match of a route, or the route itself where it has none.
type Place<'a> = (&'a Value, &'a Value);

const NOTHING: &Value = &Value::Null;

fn of_layer(object: &Object, layer: &Value, findings: &mut Findings<'_>) {
    let mut earlier: Vec<Place<'_>> = Vec::new();
    for route in list(layer) {
        let matches = list(&route["match"]);
        let places: Vec<Place<'_>> = match matches {
            [] => vec![(NOTHING, route)],
            _ => matches.iter().map(|matched| (matched, matched)).collect(),
        };
        let mut own: Vec<Place<'_>> = Vec::new();
        let mut shadowed = Vec::new();
        for (matched, place) in places {
            let is_covered = |(other, _): &&Place<'_>| routes::covers(other, matched);
            match earlier.iter().chain(&own).find(is_covered) {
                Some((_, other)) => shadowed.push((place, *other)),
                None => own.push((matched, place)),
            }
        }
        if own.is_empty() && shadowed.iter().all(|(_, other)| !std::ptr::eq(*other, route)) {
            // One finding tells that all of the route is in vain.
            if let Some((_, other)) = shadowed.first() {
                findings.add(object, At::Value(route), "nothing ever takes this route").side(
                    "this comes before it",
                    object,
                    At::Value(other),
                );
            }
        } else {
            for (place, other) in shadowed {
                findings.add(object, At::Value(place), "nothing is left to this match").side(
                    "this comes before it",
                    object,
                    At::Value(other),
                );
            }
        }
        if !route["delegate"].is_object() {
            earlier.append(&mut own);
        }
    }
}
