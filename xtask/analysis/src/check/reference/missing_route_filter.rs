//! Filters of routes that stand elsewhere.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-route-filter",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A filter of a route takes something that is not there",
    consequence: "the rule of the route cannot be programmed: requests that match are answered with 500",
    explanation: "Something is told missing where an object of its kind is written in the same namespace.",
    remedy: "create it in the namespace of the route, or correct the name",
    upstream: "https://gateway-api.sigs.k8s.io/reference/spec/#localobjectreference",
    check: |graph, findings| missing(graph, findings, Relation::RouteFilter),
};
