//! Claims that pods mount.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-claim",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A pod mounts a PersistentVolumeClaim that is not there",
    consequence: "the pod stays Pending: its claim is not found",
    explanation: "Claims that a StatefulSet makes by its `volumeClaimTemplates` count, by their names with ordinals.",
    remedy: "create the claim in the namespace of the pod, or correct the name",
    upstream: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/",
    check: |graph, findings| missing(graph, findings, Relation::Claim),
};
