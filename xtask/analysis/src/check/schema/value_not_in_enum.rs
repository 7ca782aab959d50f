//! Values that are none of those that a field has.

use super::tell;
use crate::check::{Family, Rule, Severity};
use crate::schema::Mistake;

pub(in crate::check) static RULE: Rule = Rule {
    name: "value-not-in-enum",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A value is none of those that its field has",
    consequence: "the API server refuses the object: Unsupported value",
    explanation: "Values count to the letter, also in upper and lower case. An empty string of Kubernetes' own kinds is as good as none.",
    remedy: "write one of the values that the field has",
    upstream: "https://kubernetes.io/docs/reference/kubernetes-api/",
    check: |graph, findings| tell(Mistake::ValueNotInEnum, graph, findings),
};
