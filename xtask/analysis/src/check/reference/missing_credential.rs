//! Secrets and ConfigMaps that controllers read for other objects.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-credential",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A monitor, an issuer or a policy reads a Secret or ConfigMap, or a key of one, that is not there",
    consequence: "the controller leaves the whole object out: nothing is scraped, issued or protected",
    explanation: "Logins and certificates of monitors, the key of an Issuer, authorities of a BackendTLSPolicy and \
                  what a PushSecret sends are looked at, in namespaces of which workloads or Services are here.",
    remedy: "have it delivered into the namespace of the object, or correct name or key",
    upstream: "https://prometheus-operator.dev/docs/api-reference/api/",
    check: |graph, findings| missing(graph, findings, Relation::Credential),
};
