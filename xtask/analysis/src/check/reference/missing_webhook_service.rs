//! Services that the API server calls.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-webhook-service",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A webhook, an APIService or a conversion leads to a Service, or a port of one, that is not there",
    consequence: "the API server cannot call it: what it is for is refused, or passes unchecked where it may fail",
    explanation: "Services are told missing in namespaces of which workloads or Services are here; elsewhere another \
                  folder may have them.",
    remedy: "correct namespace, name or port of the Service",
    upstream: "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/",
    check: |graph, findings| missing(graph, findings, Relation::WebhookService),
};
