//! Objects that two places write.

use crate::check::{At, Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "duplicate-object",
    family: Family::Gitops,
    severity: Severity::Error,
    summary: "Two manifests are one object",
    consequence: "each deployment overwrites the other; of two Applications that own it, both stay OutOfSync in turn",
    explanation: "Objects are the same by group, kind, namespace and name, whatever their versions and files.",
    remedy: "remove one of them, or give it another name or namespace",
    upstream: "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#fail-the-sync-if-a-shared-resource-is-found",
    check: |graph, findings| {
        for (first, other) in graph.objects().duplicates() {
            findings.add(other, At::Object, format!("{} is written twice", other.identity)).side(
                "the first one is here",
                first,
                At::Object,
            );
        }
    },
};
