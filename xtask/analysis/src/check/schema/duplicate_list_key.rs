//! Items of a list that are the same one, in custom kinds.

use super::tell;
use crate::check::{Family, Rule, Severity};
use crate::schema::Mistake;

pub(in crate::check) static RULE: Rule = Rule {
    name: "duplicate-list-key",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "Two items of a list of a custom kind have the same key",
    consequence: "the API server refuses the object: Duplicate value",
    explanation: "CRDs name the fields that tell items of a list apart (`x-kubernetes-list-map-keys`), or say that no item may stand twice.",
    remedy: "remove one of the items, or give it another key",
    upstream: "https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy",
    check: |graph, findings| tell(Mistake::DuplicateListKey, graph, findings),
};
