//! Roles that bindings give.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-role",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A binding gives a Role or ClusterRole that is not there",
    consequence: "the binding is created and gives nothing: each request is answered with Forbidden",
    explanation: "A ClusterRole is told missing where at least one is written here; those of Kubernetes itself are \
                  known.",
    remedy: "create the role, or correct its kind or name: a binding cannot be pointed at another one later, it has to be created anew",
    upstream: "https://kubernetes.io/docs/reference/access-authn-authz/rbac/",
    check: |graph, findings| missing(graph, findings, Relation::Role),
};
