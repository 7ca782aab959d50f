//! The name of an environment variable is none.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "invalid-environment-variable",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "The name of an environment variable is none",
    consequence: "the API server refuses the object",
    explanation: "Printable ASCII without `=`.",
    remedy: "write the name with capital letters, digits and '_'",
    upstream: "https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/",
    check: |graph, findings| tell(Mistake::EnvironmentVariable, graph, findings),
};
