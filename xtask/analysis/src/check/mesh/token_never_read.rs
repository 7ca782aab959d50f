//! Policies that ask for a token where none is read.

use super::{has_target, sees_all, token_values};
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::{Graph, mesh};
use crate::objects::{Object, Selector};

pub(in crate::check) static RULE: Rule = Rule {
    name: "token-never-read",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "An AuthorizationPolicy asks for a token, and no RequestAuthentication reads one for its pods",
    consequence: "no request ever has a token for the policy: what needs one is refused, whatever the caller sends",
    explanation: "`requestPrincipals` and `request.auth.*` are what a RequestAuthentication has read and verified. Those of the \
                  namespace and of the root namespace count, where a RequestAuthentication of the namespace is here.",
    remedy: "add a RequestAuthentication that selects the same pods",
    upstream: "https://istio.io/latest/docs/reference/config/security/request_authentication/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let all: Vec<&Object> =
        graph.objects().of_kind(mesh::SECURITY, "RequestAuthentication").collect();
    for policy in graph.objects().of_kind(mesh::SECURITY, "AuthorizationPolicy") {
        let namespace = policy.namespace();
        let values = token_values(policy);
        if values.is_empty()
            || has_target(policy)
            || !sees_all(graph, "RequestAuthentication", namespace)
        {
            continue;
        }
        let selector = Selector::of(&policy.json["spec"]["selector"]);
        let mut pods = graph.selected(namespace, selector).peekable();
        if pods.peek().is_none() {
            continue;
        }
        let is_read = pods.any(|pod| {
            all.iter().any(|authentication| {
                let own = authentication.namespace();
                let is_near = own == pod.namespace() || own == graph.root_namespace();
                let selector = Selector::of(&authentication.json["spec"]["selector"]);
                is_near && (has_target(authentication) || pod.is_selected_by(&selector))
            })
        });
        if !is_read {
            let message = "no RequestAuthentication is for these pods";
            findings.add(policy, At::Value(values[0]), message);
        }
    }
}
