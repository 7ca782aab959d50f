//! Secrets that pods read.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-secret",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A pod reads a Secret, or a key of one, that is not there",
    consequence: "the pod waits with CreateContainerConfigError, or in ContainerCreating where it is a volume",
    explanation: "Variables (`secretKeyRef`, `secretRef`), volumes and projected volumes are looked at, of all containers of every \
                  kind of workload. Secrets that controllers make count with their keys: of an `ExternalSecret`, a `Certificate`, a \
                  `RabbitmqCluster`. What is marked `optional` may be missing.",
    remedy: "have it delivered into the pod's namespace, correct the name or key, or declare that somebody else creates it",
    upstream: "https://kubernetes.io/docs/concepts/configuration/secret/",
    check: |graph, findings| missing(graph, findings, Relation::Secret),
};
