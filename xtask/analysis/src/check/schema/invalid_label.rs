//! A label, or the key of one in a selector, is none.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "invalid-label",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A label, or the key of one in a selector, is none",
    consequence: "the API server refuses the object",
    explanation: "Keys are letters, digits, `-`, `_` and `.`, at most 63, after a slash behind the name of a domain; values likewise, or empty.",
    remedy: "write it with letters, digits, '-', '_' and '.'",
    upstream: "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set",
    check: |graph, findings| tell(Mistake::Label, graph, findings),
};
