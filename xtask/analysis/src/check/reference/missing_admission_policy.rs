//! Policies of admission.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-admission-policy",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A binding puts an admission policy into force that is not there",
    consequence: "nothing is checked: the binding waits for a policy of this name",
    explanation: "A policy is told missing where one of its kind is written here.",
    remedy: "correct `policyName`",
    upstream: "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/",
    check: |graph, findings| missing(graph, findings, Relation::AdmissionPolicy),
};
