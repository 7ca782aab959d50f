//! Two fields of an object exclude each other.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "contradicting-fields",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "Two fields of an object exclude each other",
    consequence: "the API server refuses the object",
    explanation: "Such as `rollingUpdate` beside the strategy `Recreate`, a port of the nodes of a Service that only the cluster reaches, or a probe of an init container that ends.",
    remedy: "keep the one that is meant",
    upstream: "https://kubernetes.io/docs/reference/kubernetes-api/",
    check: |graph, findings| tell(Mistake::ContradictingFields, graph, findings),
};
