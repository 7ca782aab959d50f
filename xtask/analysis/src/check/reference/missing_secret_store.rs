//! Stores of External Secrets.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-secret-store",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "An ExternalSecret reads a store that is not there",
    consequence: "nothing is synchronised: the Secret is not created, and the pods that read it do not start",
    explanation: "A store is told missing where one of its kind is written here, in the same namespace where it has \
                  one.",
    remedy: "create the store, or correct its name or `kind`: a ClusterSecretStore has to be named as one",
    upstream: "https://external-secrets.io/latest/api/secretstore/",
    check: |graph, findings| missing(graph, findings, Relation::SecretStore),
};
