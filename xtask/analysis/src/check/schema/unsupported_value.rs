//! A field has a value that there is, but not there.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "unsupported-value",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A field has a value that there is, but not there",
    consequence: "the API server refuses the object",
    explanation: "Such as `restartPolicy: Never` of a Deployment, or a path of an API that the kind does not have.",
    remedy: "write a value that the kind has",
    upstream: "https://kubernetes.io/docs/reference/kubernetes-api/",
    check: |graph, findings| tell(Mistake::UnsupportedValue, graph, findings),
};
