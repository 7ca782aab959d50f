//! Callers whom the mesh admits.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-principal",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A policy of the mesh names a service account that is not there",
    consequence: "nobody has this identity: a policy that admits it admits nobody, one that refuses it refuses nobody",
    explanation: "Principals of the trust domain `cluster.local` without wildcards are looked at. Accounts are told \
                  missing in namespaces of which workloads or Services are here.",
    remedy: "correct namespace or account of the principal",
    upstream: "https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source",
    check: |graph, findings| missing(graph, findings, Relation::Principal),
};
