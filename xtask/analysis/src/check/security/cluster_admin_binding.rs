//! Who may do everything in the cluster.

use super::ACCESS;
use crate::check::{At, Family, Rule, Severity};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "cluster-admin-binding",
    family: Family::Security,
    severity: Severity::Warning,
    summary: "Somebody is made the administrator of the whole cluster",
    consequence: "whoever takes over one pod with the account, or one of the people, has every namespace, Secret and node",
    explanation: "A `ClusterRoleBinding` of `cluster-admin`. Only the group `system:masters`, which has all rights anyway, is left out. A \
                  `RoleBinding` of it ends at its namespace and does not count.",
    remedy: "bind a role with what is needed, or bind cluster-admin in single namespaces by a RoleBinding",
    upstream: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
    check: |graph, findings| {
        for binding in graph.objects().of_kind(ACCESS, "ClusterRoleBinding") {
            let role = &binding.json["roleRef"]["name"];
            if text(role) != Some("cluster-admin") {
                continue;
            }
            for subject in list(&binding.json["subjects"]) {
                let name = &subject["name"];
                if let Some(who) = text(name).filter(|name| *name != "system:masters") {
                    let kind = text(&subject["kind"]).unwrap_or("subject");
                    let message = format!("the {kind} {who} may do everything in the cluster");
                    findings.add(binding, At::Value(name), message);
                }
            }
        }
    },
};
