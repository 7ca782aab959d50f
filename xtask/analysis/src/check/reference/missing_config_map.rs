//! ConfigMaps that pods read.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-config-map",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A pod reads a ConfigMap, or a key of one, that is not there",
    consequence: "the pod waits with CreateContainerConfigError, or in ContainerCreating where it is a volume",
    explanation: "Variables (`configMapKeyRef`, `configMapRef`), volumes and projected volumes are looked at, of all containers of \
                  every kind of workload. What is marked `optional` may be missing.",
    remedy: "create it in the pod's namespace, correct the name or key, or mark it optional",
    upstream: "https://kubernetes.io/docs/concepts/configuration/configmap/",
    check: |graph, findings| missing(graph, findings, Relation::ConfigMap),
};
