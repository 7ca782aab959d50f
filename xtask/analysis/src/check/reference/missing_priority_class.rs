//! Priorities of pods.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-priority-class",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A pod asks for a PriorityClass that is not there",
    consequence: "no pod is created: the API server refuses each, because it finds no such class",
    explanation: "Every cluster has some of its own. In files, only a name is told that is a slip of one that is \
                  written here; of what the code renders, every name that nobody has.",
    remedy: "create the class, or correct the name",
    upstream: "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",
    check: |graph, findings| missing(graph, findings, Relation::PriorityClass),
};
