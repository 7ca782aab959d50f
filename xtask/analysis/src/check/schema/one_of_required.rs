//! Of several fields exactly one has to be there, and it is none, or two.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "one-of-required",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "Of several fields exactly one has to be there, and it is none, or two",
    consequence: "the API server refuses the object",
    explanation: "The source of a volume, what a probe does, where a variable comes from, whom a rule of a NetworkPolicy is for.",
    remedy: "write exactly one of them",
    upstream: "https://kubernetes.io/docs/reference/kubernetes-api/",
    check: |graph, findings| tell(Mistake::OneOf, graph, findings),
};
