//! Texts of another form than their field holds.

use super::tell;
use crate::check::{Family, Rule, Severity};
use crate::schema::Mistake;

pub(in crate::check) static RULE: Rule = Rule {
    name: "malformed-value",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A text does not have the form that its field asks for",
    consequence: "the API server refuses the object",
    explanation: "The pattern of a CRD, which need not match the whole text unless it says so with `^` and `$`; Base64 of Secrets and CA bundles; times.",
    remedy: "write it in the form that is asked for",
    upstream: "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation",
    check: |graph, findings| tell(Mistake::MalformedValue, graph, findings),
};
