//! Resources of a container contradict each other, or there are no such resources.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "invalid-resources",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "Resources of a container contradict each other, or there are no such resources",
    consequence: "the API server refuses the object",
    explanation: "A request is at most its limit; of extended resources both are the same. What is no resource of Kubernetes itself has a domain before its name.",
    remedy: "correct the request, the limit or the name",
    upstream: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    check: |graph, findings| tell(Mistake::Resources, graph, findings),
};
