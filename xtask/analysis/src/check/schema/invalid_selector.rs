//! A condition of a selector has no such operator, or values that do not go with it.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "invalid-selector",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A condition of a selector has no such operator, or values that do not go with it",
    consequence: "the API server refuses the object",
    explanation: "`In` and `NotIn` need values, `Exists` and `DoesNotExist` take none, `Gt` and `Lt` of nodes one integer. A workload cannot select everything.",
    remedy: "write an operator with the values that it needs",
    upstream: "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements",
    check: |graph, findings| tell(Mistake::Selector, graph, findings),
};
