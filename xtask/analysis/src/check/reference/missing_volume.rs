//! Volumes that claims ask for by name.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-volume",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A claim asks for a PersistentVolume that is not there",
    consequence: "the claim stays Pending until a volume of this name is there, and so do the pods that mount it",
    explanation: "Volumes are told missing where at least one is written here: what a provisioner has made is in the \
                  cluster alone.",
    remedy: "create the volume, correct the name, or leave `volumeName` out",
    upstream: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reserving-a-persistentvolume",
    check: |graph, findings| missing(graph, findings, Relation::Volume),
};
