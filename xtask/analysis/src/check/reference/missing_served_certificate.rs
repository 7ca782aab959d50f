//! Certificates that ways in serve.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-served-certificate",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "An Ingress or a Gateway serves the certificate of a Secret that is not there",
    consequence: "the listener does not come up, or serves a certificate that no browser trusts",
    explanation: "Secrets of `tls` of an Ingress and of `certificateRefs` of a Gateway are looked at. What \
                  cert-manager makes of a Certificate, or of an annotation, counts. Certificates are told missing in \
                  namespaces of which workloads or Services are here.",
    remedy: "have the Secret delivered into the namespace that is named, or correct the name",
    upstream: "https://gateway-api.sigs.k8s.io/guides/tls/",
    check: |graph, findings| missing(graph, findings, Relation::ServedCertificate),
};
