//! A field that has to say something is empty, or is not there though another one needs it.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-value",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A field that has to say something is empty, or is not there though another one needs it",
    consequence: "the API server refuses the object",
    explanation: "What a kind always needs, such as the image of a container, and what a value of another field makes necessary, such as the keys of a Secret of a certain type.",
    remedy: "write the value",
    upstream: "https://kubernetes.io/docs/reference/kubernetes-api/",
    check: |graph, findings| tell(Mistake::MissingValue, graph, findings),
};
