//! Projects of Applications.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-project",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "An Application belongs to an AppProject that is not there",
    consequence: "Argo CD deploys nothing of it: the Application is refused as invalid",
    explanation: "The project `default` is always there. Others are told missing where one is written in the same \
                  namespace.",
    remedy: "create the project in the namespace of Argo CD, or correct its name",
    upstream: "https://argo-cd.readthedocs.io/en/stable/user-guide/projects/",
    check: |graph, findings| missing(graph, findings, Relation::Project),
};
