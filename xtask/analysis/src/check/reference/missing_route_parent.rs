//! Parents of routes.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-route-parent",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A route belongs to a Gateway, a listener or a Service that is not there",
    consequence: "the route is attached to nothing, and none of its requests arrive",
    explanation: "Routes of every kind are looked at: HTTP, gRPC, TLS, TCP. A Gateway is told missing where one is \
                  written in the namespace that is named; elsewhere another folder may have it.",
    remedy: "correct namespace, name, `sectionName` or `port` of the parent",
    upstream: "https://gateway-api.sigs.k8s.io/api-types/httproute/#attaching-to-gateways",
    check: |graph, findings| missing(graph, findings, Relation::RouteParent),
};
