//! Delegates of `VirtualServices`.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-delegate",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A VirtualService delegates to another one that is not there",
    consequence: "the rule is left out, and its requests go on to the next one or are answered with 404",
    explanation: "A delegate is told missing where a VirtualService is written in the namespace that is named.",
    remedy: "correct namespace or name of the delegate",
    upstream: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate",
    check: |graph, findings| missing(graph, findings, Relation::Delegate),
};
