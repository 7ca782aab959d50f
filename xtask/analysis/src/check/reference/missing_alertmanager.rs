//! Alertmanagers that get alerts.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-alertmanager",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A Prometheus sends its alerts to a Service, or a port of one, that is not there",
    consequence: "alerts fire and reach nobody",
    explanation: "Services are told missing in namespaces of which workloads or Services are here; elsewhere another \
                  folder may have them. The Services that the operator makes count.",
    remedy: "correct namespace, name or port of the Alertmanager",
    upstream: "https://prometheus-operator.dev/docs/api-reference/api/",
    check: |graph, findings| missing(graph, findings, Relation::Alertmanager),
};
