//! Items of a list that are the same one, in built-in kinds.

use super::tell;
use crate::check::{Family, Rule, Severity};
use crate::schema::Mistake;

pub(in crate::check) static RULE: Rule = Rule {
    name: "duplicate-merge-key",
    family: Family::Schema,
    severity: Severity::Warning,
    summary: "Two items of a list of a built-in kind have the same key",
    consequence: "a server-side apply refuses the object; a client-side apply merges both into one with the next change, and which one stays is left to chance",
    explanation: "Variables, containers, volumes and others are told apart by the key that patches merge them by. Ports and mount paths have rules of their own.",
    remedy: "remove one of the items, or give it another key",
    upstream: "https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy",
    check: |graph, findings| tell(Mistake::DuplicateMergeKey, graph, findings),
};
