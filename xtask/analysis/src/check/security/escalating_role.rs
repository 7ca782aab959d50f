//! Roles that lead to more rights than they give.

use std::collections::HashSet;

use super::{ACCESS, has};
use crate::check::{At, Family, Rule, Severity};
use crate::objects::{Object, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "escalating-role",
    family: Family::Security,
    severity: Severity::Warning,
    summary: "A role lets whoever has it take more rights than it gives",
    consequence: "whoever takes over one pod with this role soon has those of others, up to the whole cluster",
    explanation: "The verbs `escalate` and `bind` on roles, `impersonate` on users, groups and accounts, `create` on \
                  `serviceaccounts/token` and on `pods/exec`, anything on `nodes/proxy`, and reading all Secrets of the cluster: a rule of a ClusterRole \
                  that a ClusterRoleBinding gives. What a rule allows for named objects only (`resourceNames`) is left out, and so are \
                  rules with all verbs on all resources, which are the business of `wildcard-role`.",
    remedy: "name the objects (resourceNames), or bind the role in the namespaces where it is needed",
    upstream: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks",
    check: |graph, findings| {
        let bound: HashSet<&str> = graph
            .objects()
            .of_kind(ACCESS, "ClusterRoleBinding")
            .filter(|binding| !list(&binding.json["subjects"]).is_empty())
            .filter_map(|binding| text(&binding.json["roleRef"]["name"]))
            .collect();
        for kind in ["ClusterRole", "Role"] {
            for role in graph.objects().of_kind(ACCESS, kind) {
                let is_everywhere = kind == "ClusterRole" && bound.contains(role.name());
                for rule in list(&role.json["rules"]) {
                    if let Some(way) = way_up(role, rule, is_everywhere) {
                        findings.add(role, At::Value(rule), way);
                    }
                }
            }
        }
    },
};

/// How a rule leads to more rights.
fn way_up(role: &Object, granted: &Value, is_everywhere: bool) -> Option<&'static str> {
    let (groups, resources, verbs) =
        (&granted["apiGroups"], &granted["resources"], &granted["verbs"]);
    let is_wildcard = has(resources, "*") && has(verbs, "*");
    if is_wildcard
        || !list(&granted["resourceNames"]).is_empty()
        || role.name().starts_with("system:")
    {
        return None;
    }
    let of_group = |group| has(groups, group) || has(groups, "*");
    let on = |names: &[&str]| names.iter().any(|name| has(resources, name)) || has(resources, "*");
    let may = |names: &[&str]| names.iter().any(|name| has(verbs, name)) || has(verbs, "*");
    if of_group(ACCESS) && on(&["roles", "clusterroles"]) && may(&["escalate", "bind"]) {
        return Some("it may give itself any right: escalate or bind of roles");
    }
    if of_group("") && on(&["users", "groups", "serviceaccounts"]) && has(verbs, "impersonate") {
        return Some("it may act as others: impersonate");
    }
    if of_group("") && on(&["serviceaccounts/token"]) && may(&["create"]) {
        return Some("it may make a token for any account: create of serviceaccounts/token");
    }
    if of_group("") && has(resources, "nodes/proxy") {
        return Some(
            "it reaches the kubelet of each node, which runs commands in every pod: nodes/proxy",
        );
    }
    if of_group("") && on(&["pods/exec", "pods/attach"]) && may(&["create"]) {
        return Some(
            "it runs commands in pods, as their accounts and with their secrets: pods/exec",
        );
    }
    let reads = of_group("") && on(&["secrets"]) && may(&["get", "list", "watch"]);
    (reads && is_everywhere)
        .then_some("it reads every Secret of the cluster, the tokens of others among them")
}
