//! Services that name the pods of `StatefulSets`.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-governing-service",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A StatefulSet names a governing Service that is not there",
    consequence: "its pods get no names in DNS, so that they do not find one another",
    explanation: "Services are told missing in namespaces of which workloads or Services are here; elsewhere another \
                  folder may have them. An empty name is none.",
    remedy: "create a headless Service of this name, or correct `serviceName`: it can only be changed by creating the StatefulSet anew",
    upstream: "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id",
    check: |graph, findings| missing(graph, findings, Relation::GoverningService),
};
