//! Policies that ask for a name where nobody has one.

use crate::check::{At, Family, Findings, Rule, Severity};

use super::has_target;
use crate::graph::mesh::authorization::Action;
use crate::graph::mesh::mutual_tls::Mode;
use crate::graph::{Graph, mesh};
use crate::objects::{Object, Selector, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "identity-without-mutual-tls",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "An AuthorizationPolicy asks who calls, and mutual TLS is off for its pods",
    consequence: "callers have no name without mutual TLS: the rule admits nobody, and refuses nobody",
    explanation: "`principals`, `namespaces` and `serviceAccounts` are read of the caller's certificate. Told where a \
                  PeerAuthentication turns mutual TLS off (`DISABLE`) for each pod that the policy selects and the ports of the rule.",
    remedy: "set the PeerAuthentication to `STRICT` or `PERMISSIVE`",
    upstream: "https://istio.io/latest/docs/concepts/security/#dependency-on-mutual-tls",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for policy in graph.objects().of_kind(mesh::SECURITY, "AuthorizationPolicy") {
        if has_target(policy) || ![Action::Allow, Action::Deny].contains(&Action::of(policy)) {
            continue;
        }
        for rule in list(&policy.json["spec"]["rules"]) {
            for source in list(&rule["from"]) {
                if let Some(field) = identity(&source["source"]) {
                    of_rule(graph, findings, policy, rule, field);
                }
            }
        }
    }
}

/// The first field of a source that asks for a name.
fn identity(source: &Value) -> Option<&Value> {
    let fields = ["principals", "namespaces", "serviceAccounts"].into_iter();
    fields.map(|field| &source[field]).find(|values| !list(values).is_empty())
}

fn of_rule(
    graph: &Graph<'_>,
    findings: &mut Findings<'_>,
    policy: &Object,
    rule: &Value,
    field: &Value,
) {
    let selector = Selector::of(&policy.json["spec"]["selector"]);
    let named: Vec<u64> = list(&rule["to"])
        .iter()
        .flat_map(|to| list(&to["operation"]["ports"]))
        .filter_map(|port| text(port)?.parse().ok())
        .collect();
    let mut decided = None;
    for pod in graph.selected(policy.namespace(), selector) {
        let declared = pod.running().flat_map(|container| container.ports());
        let declared = declared.filter_map(|port| port["containerPort"].as_u64());
        let ports: Vec<u64> = if named.is_empty() { declared.collect() } else { named.clone() };
        for port in &ports {
            let taken = graph.mutual_tls(pod, *port);
            if taken.mode != Mode::Disable || taken.decided.is_none() {
                return;
            }
            decided = taken.decided;
        }
        if ports.is_empty() {
            return;
        }
    }
    if let Some((other, place)) = decided {
        findings.add(policy, At::Value(field), "callers of these pods have no name").side(
            "mutual TLS is turned off here",
            other,
            At::Value(place),
        );
    }
}
