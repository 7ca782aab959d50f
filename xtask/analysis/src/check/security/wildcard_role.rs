//! Roles that may do everything.

use serde_json::Value;

use crate::check::{At, Family, Rule, Severity};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "wildcard-role",
    family: Family::Security,
    severity: Severity::Warning,
    summary: "A role may do everything with everything",
    consequence: "whoever takes over one pod with this role has the namespace, or the cluster: its Secrets, and every new kind that an \
                  operator brings",
    explanation: "Rules with `*` among both their resources and their verbs. Roles that are made of others by labels \
                  (`aggregationRule`) are left out, and so is what a rule allows for one named object.",
    remedy: "list the resources and verbs that its pods use",
    upstream: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
    check: |graph, findings| {
        for kind in ["ClusterRole", "Role"] {
            for role in graph.objects().of_kind("rbac.authorization.k8s.io", kind) {
                for rule in list(&role.json["rules"]) {
                    if has_all(&rule["resources"])
                        && has_all(&rule["verbs"])
                        && list(&rule["resourceNames"]).is_empty()
                    {
                        findings.add(role, At::Value(rule), "all verbs on all resources");
                    }
                }
            }
        }
    },
};

fn has_all(texts: &Value) -> bool {
    list(texts).iter().any(|value| text(value) == Some("*"))
}
