//! Classes of ways in.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-gateway-class",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "An Ingress or a Gateway asks for a class that is not there",
    consequence: "no controller takes it on: it gets no address and no request reaches it",
    explanation: "Every cluster has some of its own. In files, only a name is told that is a slip of one that is \
                  written here; of what the code renders, every name that nobody has.",
    remedy: "correct the name of the class",
    upstream: "https://gateway-api.sigs.k8s.io/api-types/gatewayclass/",
    check: |graph, findings| missing(graph, findings, Relation::GatewayClass),
};
