//! Fields that must be there.

use super::tell;
use crate::check::{Family, Rule, Severity};
use crate::schema::Mistake;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-required-field",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "An object lacks a field that its kind requires",
    consequence: "the API server refuses the object: Required value",
    explanation: "A field whose value is null is as good as absent. One that has a default in its CRD is never missing.",
    remedy: "add the field",
    upstream: "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation",
    check: |graph, findings| tell(Mistake::MissingField, graph, findings),
};
