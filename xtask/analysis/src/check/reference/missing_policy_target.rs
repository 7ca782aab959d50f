//! What policies are attached to.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-policy-target",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A policy is for an object, a listener or a port that is not there",
    consequence: "the policy is attached to nothing: it limits, protects and changes nothing",
    explanation: "All kinds with `targetRefs` are looked at. A target is told missing where an object of its kind is \
                  written in the same namespace, and a Service in namespaces of which workloads or Services are here.",
    remedy: "correct group, kind, name or section of the target",
    upstream: "https://gateway-api.sigs.k8s.io/reference/policy-attachment/",
    check: |graph, findings| missing(graph, findings, Relation::PolicyTarget),
};
