//! Issuers of certificates.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-issuer",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A Certificate, an Ingress or a Gateway asks for an issuer that is not there",
    consequence: "the certificate is never issued and its Secret never created",
    explanation: "Without `kind`, an Issuer of the same namespace is meant. An issuer is told missing where one of its \
                  kind is written here, in the same namespace where it has one. Issuers of other groups are not looked \
                  at.",
    remedy: "create the issuer, or correct its name or `kind`: a ClusterIssuer has to be named as one",
    upstream: "https://cert-manager.io/docs/usage/certificate/",
    check: |graph, findings| missing(graph, findings, Relation::Issuer),
};
