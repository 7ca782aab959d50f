//! Rights that whoever comes along has.

use super::bindings;
use crate::check::{At, Family, Rule, Severity};
use crate::objects::{Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "binding-to-everyone",
    family: Family::Security,
    severity: Severity::Warning,
    summary: "A binding gives rights to all, or to pods that did not ask for an account",
    consequence: "every pod has the rights, or whoever reaches the API server at all; nobody knows who uses them, so that nobody dares to \
                  take them back",
    explanation: "The groups `system:unauthenticated`, `system:authenticated` and `system:serviceaccounts`, the user `system:anonymous`, \
                  and the ServiceAccount `default`, as which every pod runs that names none. What Kubernetes itself gives to all, such as \
                  `system:discovery`, may be bound again.",
    remedy: "make a ServiceAccount for the pods that need the rights, and bind that",
    upstream: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    check: |graph, findings| {
        for binding in bindings(graph) {
            if text(&binding.json["roleRef"]["name"]).is_some_and(is_given_to_all) {
                continue;
            }
            for subject in list(&binding.json["subjects"]) {
                if let Some(whom) = whom(subject) {
                    let role = text(&binding.json["roleRef"]["name"]).unwrap_or_default();
                    let message = format!("{whom} has the role {role}");
                    findings.add(binding, At::Value(&subject["name"]), message);
                }
            }
        }
    },
};

fn is_given_to_all(role: &str) -> bool {
    [
        "system:basic-user",
        "system:discovery",
        "system:public-info-viewer",
        "system:service-account-issuer-discovery",
    ]
    .contains(&role)
}

fn whom(subject: &Value) -> Option<String> {
    let (kind, name) = (text(&subject["kind"])?, text(&subject["name"])?);
    match (kind, name) {
        ("Group", "system:unauthenticated") | ("User", "system:anonymous") => {
            Some("whoever reaches the API server, even without a login,".to_owned())
        }
        ("Group", "system:authenticated") => Some("every account and every user".to_owned()),
        ("Group", "system:serviceaccounts") => Some("every pod of the cluster".to_owned()),
        ("ServiceAccount", "default") => {
            let namespace = text(&subject["namespace"]).unwrap_or("default");
            Some(format!("each pod of the namespace {namespace} that names no account"))
        }
        _ => None,
    }
}
