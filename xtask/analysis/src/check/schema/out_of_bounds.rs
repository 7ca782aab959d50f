//! Numbers, lengths and counts beyond their bounds.

use super::tell;
use crate::check::{Family, Rule, Severity};
use crate::schema::Mistake;

pub(in crate::check) static RULE: Rule = Rule {
    name: "out-of-bounds",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A number, the length of a text or the size of a list is beyond its bounds",
    consequence: "the API server refuses the object",
    explanation: "Bounds of CRDs, and what fits into the integers of Kubernetes' own kinds.",
    remedy: "stay within the bounds",
    upstream: "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation",
    check: |graph, findings| tell(Mistake::OutOfBounds, graph, findings),
};
