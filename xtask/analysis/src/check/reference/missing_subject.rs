//! Service accounts that bindings give rights to.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-subject",
    family: Family::Reference,
    severity: Severity::Warning,
    summary: "A binding gives rights to a ServiceAccount that is not there",
    consequence: "nobody gets the rights, until somebody creates an account of this name and has them without asking",
    explanation: "Accounts are told missing in namespaces of which workloads or Services are here; elsewhere another \
                  folder may have them.",
    remedy: "create the account, correct its namespace or name, or remove the subject",
    upstream: "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects",
    check: |graph, findings| missing(graph, findings, Relation::Subject),
};
