//! Admission where everybody is refused.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashSet;

use crate::graph::mesh::authorization::Action;
use crate::graph::{Graph, mesh};
use crate::objects::{Object, Value, list};

pub(in crate::check) static RULE: Rule = Rule {
    name: "idle-admission",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "An AuthorizationPolicy admits callers to pods for which another one refuses everybody",
    consequence: "every request is answered with `RBAC: access denied`: what refuses goes before what admits",
    explanation: "A rule of a policy with the action `DENY` that says neither from, to nor when matches every request. To \
                  refuse what nothing admits, a policy without rules and with the action `ALLOW` is enough (`spec: {}`).",
    remedy: "replace the policy that refuses everybody by one with `spec: {}`",
    upstream: "https://istio.io/latest/docs/concepts/security/#implicit-enablement",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    // Most environments have no such policy, and the pods need not be asked.
    let policies = graph.objects().of_kind(mesh::SECURITY, "AuthorizationPolicy");
    if !policies.into_iter().any(|policy| refuses_all(policy).is_some()) {
        return;
    }
    let mut told: HashSet<*const Object> = HashSet::new();
    for pod in graph.pods.iter().filter(|pod| graph.proxy(pod).is_there()) {
        let policies: Vec<&Object> = graph.authorization_policies(pod).collect();
        let refusing = policies.iter().find_map(|policy| Some((*policy, refuses_all(policy)?)));
        let admitting = policies.iter().find(|policy| {
            Action::of(policy) == Action::Allow && !list(&policy.json["spec"]["rules"]).is_empty()
        });
        let (Some((policy, rule)), Some(admitting)) = (refusing, admitting) else { continue };
        if told.insert(std::ptr::from_ref(policy)) {
            let message = format!("everybody is refused, also whom {} admits", admitting.identity);
            findings
                .add(policy, At::Value(rule), message)
                .side("it admits here", admitting, At::Value(&admitting.json["spec"]["rules"]))
                .side("the pods are of this", pod.owner, At::Object);
        }
    }
}

/// The rule by which a policy refuses everybody.
fn refuses_all(policy: &Object) -> Option<&Value> {
    let mut rules = list(&policy.json["spec"]["rules"]).iter();
    let is_of_all = |rule: &&Value| {
        rule.as_object().is_some_and(|fields| {
            fields
                .values()
                .all(|value| value.is_null() || list(value).is_empty() && value.is_array())
        })
    };
    rules.find(is_of_all).filter(|_| Action::of(policy) == Action::Deny)
}
