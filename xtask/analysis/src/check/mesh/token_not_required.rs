//! Tokens that nobody has to have.

use super::{has_target, sees_all, token_values};
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::{Graph, mesh};
use crate::objects::{Selector, list};

pub(in crate::check) static RULE: Rule = Rule {
    name: "token-not-required",
    family: Family::Mesh,
    severity: Severity::Warning,
    summary: "A RequestAuthentication reads tokens, and no AuthorizationPolicy of its pods asks for one",
    consequence: "requests without a token pass: only a wrong token is refused",
    explanation: "A RequestAuthentication verifies the token of who sends one. To require it takes an \
                  AuthorizationPolicy with `requestPrincipals` or `request.auth.claims`. Nothing is told where a \
                  VirtualService routes by claims.",
    remedy: "add an AuthorizationPolicy with the action `DENY` and `notRequestPrincipals: [\"*\"]`",
    upstream: "https://istio.io/latest/docs/tasks/security/authentication/authn-policy/#require-a-valid-token",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut routes = graph.objects().of_kind(mesh::ROUTING, "VirtualService");
    if routes.any(|route| route.json["spec"].to_string().contains("@request.auth.claims")) {
        return;
    }
    for authentication in graph.objects().of_kind(mesh::SECURITY, "RequestAuthentication") {
        let namespace = authentication.namespace();
        let spec = &authentication.json["spec"];
        if has_target(authentication)
            || list(&spec["jwtRules"]).is_empty()
            || namespace == graph.root_namespace()
            || !sees_all(graph, "AuthorizationPolicy", namespace)
        {
            continue;
        }
        let mut pods = graph.selected(namespace, Selector::of(&spec["selector"])).peekable();
        let is_empty = pods.peek().is_none();
        let asks = pods.any(|pod| {
            graph.authorization_policies(pod).any(|policy| !token_values(policy).is_empty())
        });
        if !asks && !is_empty {
            let message = "no AuthorizationPolicy of these pods asks for a token";
            findings.add(authentication, At::Value(&spec["jwtRules"]), message);
        }
    }
}
