//! Conditions of CRDs that do not hold.

use super::tell;
use crate::check::{Family, Rule, Severity};
use crate::schema::Mistake;

pub(in crate::check) static RULE: Rule = Rule {
    name: "broken-validation",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A condition of a CRD does not hold",
    consequence: "the API server refuses the object",
    explanation: "Rules in CEL (`x-kubernetes-validations`), asked with defaults filled in, where the object is sound otherwise; and alternatives (`oneOf`, `anyOf`, `not`). \\n                  Rules that compare with the object before a change are not asked, nor those with functions for URLs and addresses.",
    remedy: "change the object so that the condition holds",
    upstream: "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules",
    check: |graph, findings| tell(Mistake::BrokenValidation, graph, findings),
};
