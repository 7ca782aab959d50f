//! A variable or file asks for a field of the pod that cannot be had there.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "invalid-field-path",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A variable or file asks for a field of the pod that cannot be had there",
    consequence: "the API server refuses the object",
    explanation: "Few fields can be read by `fieldRef`, and other ones in variables than in files: labels and annotations as a whole only in files.",
    remedy: "read a field that there is",
    upstream: "https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#available-fields",
    check: |graph, findings| tell(Mistake::FieldPath, graph, findings),
};
