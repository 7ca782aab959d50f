//! An amount is none, is negative, or is not a whole number where only whole ones can be had.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "invalid-quantity",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "An amount is none, is negative, or is not a whole number where only whole ones can be had",
    consequence: "the API server refuses the object",
    explanation: "Amounts are numbers with a unit behind them: `500m`, `128Mi`, `1Gi`. `1gb` and `1 Gi` are none.",
    remedy: "write a number with a unit, such as 500m or 1Gi",
    upstream: "https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/",
    check: |graph, findings| tell(Mistake::Quantity, graph, findings),
};
