//! Namespaces whose callers the mesh admits.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-calling-namespace",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A policy of the mesh names a namespace that is not there",
    consequence: "nobody calls from there: a policy that admits it admits nobody, one that refuses it refuses nobody",
    explanation: "Every cluster has some of its own. In files, only a name is told that is a slip of one that is \
                  written here; of what the code renders, every name that nobody has.",
    remedy: "correct the name of the namespace",
    upstream: "https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source",
    check: |graph, findings| missing(graph, findings, Relation::CallingNamespace),
};
