//! Roles that may do everything.

use crate::check::{At, Family, Rule, Severity};
use crate::objects::{Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "wildcard-role",
    family: Family::Security,
    severity: Severity::Warning,
    summary: "A role may do everything with everything",
    consequence: "whoever takes over one pod with this role has the namespace, or the cluster: its Secrets, and every new kind that an \
                  operator brings",
    explanation: "Rules with `*` among both their resources and their verbs, of every API group or of one of Kubernetes'. All of \
                  the group of an operator is what its own administrators need. Roles that are made of others by labels \
                  (`aggregationRule`) are left out, and so is what a rule allows for one named object.",
    remedy: "list the resources and verbs that its pods use",
    upstream: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
    check: |graph, findings| {
        for kind in ["ClusterRole", "Role"] {
            for role in graph.objects().of_kind("rbac.authorization.k8s.io", kind) {
                for rule in list(&role.json["rules"]) {
                    let groups = list(&rule["apiGroups"]);
                    if groups.iter().filter_map(text).any(is_of_kubernetes)
                        && has_all(&rule["resources"])
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

/// Whether a group has kinds that come with Kubernetes, among them those that run pods, hold Secrets or give rights.
fn is_of_kubernetes(group: &str) -> bool {
    group == "*" || !group.contains('.') || group == "rbac.authorization.k8s.io"
}

fn has_all(texts: &Value) -> bool {
    list(texts).iter().any(|value| text(value) == Some("*"))
}
