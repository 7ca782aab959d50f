//! Backends of routes.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-route-backend",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A route leads to a Service, or a port of one, that is not there",
    consequence: "requests that match are answered with 500",
    explanation: "Services are told missing in namespaces of which workloads or Services are here; elsewhere another \
                  folder may have them. What a filter mirrors to is looked at as well.",
    remedy: "correct namespace, name or port of the backend: a route counts the port of the Service, not that of the pod",
    upstream: "https://gateway-api.sigs.k8s.io/api-types/httproute/#backendrefs-optional",
    check: |graph, findings| missing(graph, findings, Relation::RouteBackend),
};
