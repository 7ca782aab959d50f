//! Keys that stand twice.

use super::remarks;
use crate::check::{Family, Rule, Severity};
use crate::objects::RemarkKind;

pub(in crate::check) static RULE: Rule = Rule {
    name: "duplicate-key",
    family: Family::Text,
    severity: Severity::Error,
    summary: "A key stands twice in one mapping",
    consequence: "only the last one counts, for kubectl and Argo CD; other readers take the first, or refuse the file",
    explanation: "YAML forbids it; readers differ in what they make of it.",
    remedy: "remove the one that was not meant",
    upstream: "https://yaml.org/spec/1.2.2/#mapping",
    check: |graph, findings| {
        remarks(graph, findings, |kind| match kind {
            RemarkKind::DuplicateKey(key) => Some(format!("the key {key} stands twice")),
            RemarkKind::Ambiguous(..) => None,
        });
    },
};
