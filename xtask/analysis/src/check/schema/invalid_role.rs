//! A rule of a role allows nothing, or what a binding names is no role or nobody.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "invalid-role",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A rule of a role allows nothing, or what a binding names is no role or nobody",
    consequence: "the API server refuses the object",
    explanation: "A rule has verbs, and resources with their groups or URLs; a binding names a role and users, groups or service accounts of their groups.",
    remedy: "write the rule or the binding in full",
    upstream: "https://kubernetes.io/docs/reference/access-authn-authz/rbac/",
    check: |graph, findings| tell(Mistake::Role, graph, findings),
};
