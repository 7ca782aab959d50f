//! Scalars that versions of YAML read differently.

use super::remarks;
use crate::check::{Family, Rule, Severity};
use crate::objects::RemarkKind;

pub(in crate::check) static RULE: Rule = Rule {
    name: "ambiguous-scalar",
    family: Family::Text,
    severity: Severity::Warning,
    summary: "A value means one thing to kubectl and another to readers of YAML 1.2",
    consequence: "kubectl and Argo CD read it by YAML 1.1: `yes` is true, and `0440` is 288; editors, linters and tools of others read it \
                  by YAML 1.2",
    explanation: "Plain `yes`, `no`, `on`, `off`, `y` and `n`, numbers that begin with 0, and numbers with `_` or `0b`. Modes of files \
                  in octal are what they seem for kubectl alone: write them in decimal, or as `0o440`, which both read.",
    remedy: "write what is meant: true or false, a number in decimal, or the text in quotes",
    upstream: "https://yaml.org/type/bool.html",
    check: |graph, findings| {
        remarks(graph, findings, |kind| match kind {
            RemarkKind::Ambiguous(text, value) => {
                Some(format!("{text} is read as {value}, and as something else by others"))
            }
            RemarkKind::DuplicateKey(_) => None,
        });
    },
};
