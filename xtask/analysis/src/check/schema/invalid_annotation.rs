//! The key of an annotation is none, or all annotations together are too large.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "invalid-annotation",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "The key of an annotation is none, or all annotations together are too large",
    consequence: "the API server refuses the object",
    explanation: "Keys are letters, digits, `-`, `_` and `.`, at most 63, after a slash behind the name of a domain; all annotations of an object may have 256 KiB.",
    remedy: "write the key as example.com/name",
    upstream: "https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/#syntax-and-character-set",
    check: |graph, findings| tell(Mistake::Annotation, graph, findings),
};
