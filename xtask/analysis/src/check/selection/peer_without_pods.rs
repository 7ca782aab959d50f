//! Callers and called ones of network policies that nobody is.

use super::nearest;
use crate::check::{At, Family, Findings, Rule, Severity, hint};
use crate::graph::Graph;
use crate::objects::{Object, Selector, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "peer-without-pods",
    family: Family::Selection,
    severity: Severity::Warning,
    summary: "A NetworkPolicy lets traffic from or to pods that there are none of",
    consequence: "nothing comes through this rule: traffic that it was meant for is dropped",
    explanation: "Peers with a `podSelector` are looked at, in the namespace of the policy or in the one that \
                  `kubernetes.io/metadata.name` names: where no peer of a rule selects anything, or a label has nearly the \
                  value that pods have. A selector is told to select nothing where pods of the namespace are here, and nothing that may make others is: no chart that was not rendered, no object \
                  of an unknown operator.",
    remedy: "correct the labels of the peer, or its namespace",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for policy in graph.objects().of_kind("networking.k8s.io", "NetworkPolicy") {
        let spec = &policy.json["spec"];
        let from = list(&spec["ingress"]).iter().map(|rule| list(&rule["from"]));
        let to = list(&spec["egress"]).iter().map(|rule| list(&rule["to"]));
        for peers in from.chain(to) {
            // Somebody may come where something else is deployed; nobody at all is a mistake, and so is a slip.
            let nobody = peers.iter().all(|peer| is_nobody(graph, policy, peer));
            for peer in peers.iter().filter(|peer| is_nobody(graph, policy, peer)) {
                let field = &peer["podSelector"];
                let Some(namespace) = namespace(policy, peer) else { continue };
                let near =
                    nearest(graph, namespace, Selector::of(field)).filter(|(near, key, value)| {
                        text(&near.labels()[key]).is_some_and(|own| !hint(value, [own]).is_empty())
                    });
                if !nobody && near.is_none() {
                    continue;
                }
                let message = format!("no pod in {namespace} has these labels");
                let added = findings.add(policy, At::Value(field), message);
                if let Some((near, key, value)) = near {
                    let own = text(&near.labels()[key]).unwrap_or_default();
                    let at = At::Value(near.labels());
                    added.side(format!("this one has {key} {own}, not {value}"), near.owner, at);
                }
            }
        }
    }
}

fn is_nobody(graph: &Graph<'_>, policy: &Object, peer: &Value) -> bool {
    let selector = Selector::of(&peer["podSelector"]);
    namespace(policy, peer).is_some_and(|namespace| {
        !selector.is_empty()
            && graph.sees_all_pods(namespace)
            && graph.selected(namespace, selector).next().is_none()
    })
}

/// The one namespace that a peer is in, where it is one.
fn namespace<'a>(policy: &'a Object, peer: &'a Value) -> Option<&'a str> {
    let selector = &peer["namespaceSelector"];
    if selector.is_null() {
        return Some(policy.namespace());
    }
    text(&selector["matchLabels"]["kubernetes.io/metadata.name"])
}
