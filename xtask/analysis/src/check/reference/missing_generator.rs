//! Generators of External Secrets.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-generator",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "An ExternalSecret takes values from a generator that is not there",
    consequence: "nothing is synchronised: the Secret is not created, and the pods that read it do not start",
    explanation: "A generator is told missing where one of its kind is written in the same namespace.",
    remedy: "create the generator in the namespace of the ExternalSecret, or correct kind or name",
    upstream: "https://external-secrets.io/latest/guides/generator/",
    check: |graph, findings| missing(graph, findings, Relation::Generator),
};
