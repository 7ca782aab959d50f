//! Service accounts that pods run as.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-service-account",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A pod runs as a ServiceAccount that is not there",
    consequence: "no pod is created: the API server refuses each with `serviceaccount not found`",
    explanation: "The account `default` is in every namespace. Accounts that Prometheus and Alertmanager name for \
                  their pods are looked at as well.",
    remedy: "create the account in the namespace of the pod, or correct the name",
    upstream: "https://kubernetes.io/docs/concepts/security/service-accounts/",
    check: |graph, findings| missing(graph, findings, Relation::ServiceAccount),
};
