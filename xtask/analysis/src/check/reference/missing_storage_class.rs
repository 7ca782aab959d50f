//! Classes of claims.

use std::collections::HashSet;

use super::missing_target;
use crate::check::{Family, Findings, Rule, Severity};
use crate::graph::{Graph, Relation};
use crate::objects::text;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-storage-class",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A claim asks for a StorageClass that is not there",
    consequence: "the claim stays Pending, and so do the pods that mount it",
    explanation: "A class without an object is enough for volumes that somebody creates by hand and that name it. \
                  Every cluster has some of its own. In files, only a name is told that is a slip of one that is \
                  written here; of what the code renders, every name that nobody has.",
    remedy: "create the class, correct the name, or leave it out for the default class",
    upstream: "https://kubernetes.io/docs/concepts/storage/storage-classes/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let volumes = graph.objects().of_kind("", "PersistentVolume");
    let of_volumes: HashSet<&str> =
        volumes.filter_map(|volume| text(&volume.json["spec"]["storageClassName"])).collect();
    for reference in graph.named_by(Relation::StorageClass) {
        if !of_volumes.contains(reference.target.name.as_str()) {
            missing_target(graph, findings, reference);
        }
    }
}
