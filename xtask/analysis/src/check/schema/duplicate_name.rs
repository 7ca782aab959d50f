//! Two elements of a list have the same name.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "duplicate-name",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "Two elements of a list have the same name",
    consequence: "the API server refuses the object",
    explanation: "Containers of a pod, volumes, ports of a container, gates, webhooks, versions of a definition: whatever is found by its name.",
    remedy: "give one of them another name",
    upstream: "https://kubernetes.io/docs/reference/kubernetes-api/",
    check: |graph, findings| tell(Mistake::DuplicateName, graph, findings),
};
