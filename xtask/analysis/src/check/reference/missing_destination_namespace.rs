//! Namespaces into which Applications deploy.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-destination-namespace",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "An Application deploys into a namespace that is not there",
    consequence: "the sync fails: the namespace is not found",
    explanation: "Applications with the option `CreateNamespace=true` create it themselves and are passed over, as are those that \
                  deploy into other clusters, and those of charts and folders that are not read, which may bring it along. In \
                  files, only a name is told that is a slip of a namespace that is written here; of what the code renders, every \
                  name that nobody creates.",
    remedy: "create the namespace, correct its name, or sync with `CreateNamespace=true`",
    upstream: "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#create-namespace",
    check: |graph, findings| missing(graph, findings, Relation::DestinationNamespace),
};
