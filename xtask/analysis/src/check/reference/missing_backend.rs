//! Services behind an Ingress.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-backend",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "An Ingress leads to a Service, or a port of one, that is not there",
    consequence: "requests of this path are answered with 503, or the controller leaves the whole Ingress out",
    explanation: "Services are told missing in namespaces of which workloads or Services are here; elsewhere another \
                  folder may have them.",
    remedy: "correct the name or port of the backend: an Ingress counts the port of the Service, not that of the pod",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/ingress/",
    check: |graph, findings| missing(graph, findings, Relation::Backend),
};
