//! A number, or a percentage, is smaller or larger than it can be.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "number-out-of-range",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A number, or a percentage, is smaller or larger than it can be",
    consequence: "the API server refuses the object",
    explanation: "Replicas, seconds, weights, modes of files, numbers of users.",
    remedy: "write a number in the range",
    upstream: "https://kubernetes.io/docs/reference/kubernetes-api/",
    check: |graph, findings| tell(Mistake::NumberOutOfRange, graph, findings),
};
