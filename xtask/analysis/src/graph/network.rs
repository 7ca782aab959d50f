//! Who may connect to whom: `NetworkPolicies`, read as those who enforce them read them.
//!
//! What is not known stays open: labels of pods that are not here, addresses, policies that a chart may bring. [`Outcome::Depends`]
//! is neither let through nor refused for sure.
//!
//! Upstream: <https://kubernetes.io/docs/concepts/services-networking/network-policies/>

mod backends;
mod block;
mod connection;
mod needs;
mod outbound;
mod routes;

use std::collections::HashMap;
use std::net::IpAddr;

use super::Graph;
use super::mesh::authorization::{Match, Outcome};
use crate::environment::{Environment, Presence};
use crate::objects::{Identity, Map, Object, Pod, Selector, Value, is_labelled_later, list, text};

pub use connection::{Connection, Gate};
pub use needs::Need;
pub use outbound::Outbound;
pub(super) use routes::Routes;
pub use routes::{Callee, Hop, Leg, target_of};

/// The group of `NetworkPolicies`.
pub const GROUP: &str = "networking.k8s.io";

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub enum End<'e, 'a> {
    /// Pods that are here.
    Pod(&'e Pod<'a>),
    /// Pods that are not here, of which a selector tells some labels.
    Unseen {
        /// Their namespace.
        namespace: &'e str,
        /// The labels that are known.
        labels: &'e Value,
    },
    /// The API server, a kubelet, or another program of a node.
    Node,
    /// An address outside of the cluster, where it is known.
    Address(Option<IpAddr>),
    /// Somebody of whom nothing is known.
    Somebody,
}

/// A port that is reached: that of the pod, to which a Service has led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port<'p> {
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: &'p str,
    /// Its number, where it is known.
    pub number: Option<u64>,
}

impl Port<'static> {
    /// A port of TCP.
    #[must_use]
    pub fn tcp(number: u64) -> Self {
        Self { protocol: "TCP", number: Some(number) }
    }
}

/// Which way a policy looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// What comes in.
    Ingress,
    /// What goes out.
    Egress,
}

impl Direction {
    fn fields(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Ingress => ("Ingress", "ingress", "from"),
            Self::Egress => ("Egress", "egress", "to"),
        }
    }

    /// Its word: `ingress` or `egress`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.fields().1
    }
}

/// What policies say of one end of a connection.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    /// Whether they let it through.
    pub outcome: Outcome,
    /// The policy that lets it through, or those that select the pod and do not; none where nobody limits the pod.
    pub policies: Vec<&'a Object>,
    /// The rule that lets it through, or that comes nearest to it.
    pub rule: Option<&'a Value>,
    /// What nearly lets it through.
    pub near: Option<Near>,
}

/// What of a rule is right where the other half is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Near {
    /// It is for this peer, at other ports.
    Peer,
    /// It is for this port, and for other peers.
    Port,
}

/// The policies of an environment, found by namespace and by a label that they select by.
#[derive(Debug, Default)]
pub(super) struct Policies<'a> {
    of_namespace: HashMap<&'a str, Vec<&'a Object>>,
    by_label: HashMap<(&'a str, &'a str, &'a str), Vec<&'a Object>>,
    unlabelled: HashMap<&'a str, Vec<&'a Object>>,
    /// Whether other kinds of policies are here, which add to these or overrule them.
    has_others: bool,
}

impl<'a> Policies<'a> {
    pub(super) fn of(environment: &'a Environment) -> Self {
        let mut policies = Self::default();
        for policy in environment.objects.of_kind(GROUP, "NetworkPolicy") {
            let namespace = policy.namespace();
            policies.of_namespace.entry(namespace).or_default().push(policy);
            let selector = Selector::of(&policy.json["spec"]["podSelector"]);
            match selector.labels().find(|(key, _)| !is_labelled_later(key)) {
                Some((key, value)) => {
                    policies.by_label.entry((namespace, key, value)).or_default().push(policy);
                }
                None => policies.unlabelled.entry(namespace).or_default().push(policy),
            }
        }
        let others = [
            ("cilium.io", &["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"][..]),
            ("crd.projectcalico.org", &["NetworkPolicy", "GlobalNetworkPolicy"]),
            ("projectcalico.org", &["NetworkPolicy", "GlobalNetworkPolicy"]),
            (
                "policy.networking.k8s.io",
                &["AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"],
            ),
        ];
        policies.has_others = others.iter().any(|(group, kinds)| {
            kinds.iter().any(|kind| environment.objects.of_kind(group, kind).next().is_some())
        });
        policies
    }

    /// The policies that may select the pods of an end.
    fn near(&self, end: End<'_, 'a>) -> Vec<&'a Object> {
        match end {
            End::Pod(pod) if pod.owner.is_written() => {
                let namespace = pod.namespace();
                let labels = crate::objects::texts(pod.labels());
                let labelled = labels
                    .filter_map(|(key, value)| self.by_label.get(&(namespace, key, value)))
                    .flatten();
                let unlabelled = self.unlabelled.get(namespace).into_iter().flatten();
                unlabelled.chain(labelled).copied().collect()
            }
            End::Pod(pod) => self.of_namespace.get(pod.namespace()).cloned().unwrap_or_default(),
            End::Unseen { namespace, .. } => {
                self.of_namespace.get(namespace).cloned().unwrap_or_default()
            }
            End::Node | End::Address(_) | End::Somebody => Vec::new(),
        }
    }
}

impl<'a> Graph<'a> {
    /// Whether policies let a pod be reached, or reach somebody: `own` is the pod that they may select, `other` the other end.
    #[must_use]
    pub fn network(
        &self,
        direction: Direction,
        own: End<'_, 'a>,
        other: End<'_, 'a>,
        port: Port<'_>,
    ) -> Decision<'a> {
        let nobody =
            Decision { outcome: Outcome::Admitted, policies: Vec::new(), rule: None, near: None };
        // Nothing is enforced for pods that use the network of their node; and a pod cannot be kept from itself.
        if is_on_node(own) {
            return nobody;
        }
        let selecting: Vec<(&Object, Match)> = self
            .policies
            .near(own)
            .into_iter()
            .filter(|policy| has_direction(&policy.json["spec"], direction))
            .map(|policy| (policy, selects(&policy.json["spec"]["podSelector"], own)))
            .filter(|(_, selected)| *selected != Match::Never)
            .collect();
        let Some(sure) = selecting.iter().map(|(_, selected)| *selected).max() else {
            return nobody;
        };
        let to = if direction == Direction::Egress { other } else { own };
        let (_, rules, peers) = direction.fields();
        let mut best: Option<(Match, &Object, &Value)> = None;
        let mut near: Option<(Near, &Object, &Value)> = None;
        for (policy, selected) in &selecting {
            for rule in list(&policy.json["spec"][rules]) {
                let peer = self.any_peer(policy.namespace(), list(&rule[peers]), other);
                let port = any_port(list(&rule["ports"]), to, port);
                let matched = peer.min(port).min(*selected);
                if matched == Match::Never {
                    let half = match (peer, port) {
                        (Match::Never, Match::Never) => continue,
                        (Match::Never, _) => Near::Port,
                        _ => Near::Peer,
                    };
                    // Whom a rule names tells more than which port.
                    if near.is_none_or(|(nearest, ..)| (nearest, half) == (Near::Port, Near::Peer))
                    {
                        near = Some((half, *policy, rule));
                    }
                } else if best.is_none_or(|(best, ..)| matched > best) {
                    best = Some((matched, policy, rule));
                }
            }
        }
        if let Some((matched, policy, rule)) = best {
            let is_sure = matched == Match::Always;
            let outcome = if is_sure { Outcome::Admitted } else { Outcome::Depends };
            return Decision { outcome, policies: vec![policy], rule: Some(rule), near: None };
        }
        let is_sure = sure == Match::Always && self.sees_all_policies(own);
        let mut policies: Vec<&Object> = selecting.iter().map(|(policy, _)| *policy).collect();
        // The policy that comes nearest is the one to mend, or else one that is not for the whole namespace.
        policies.sort_by_key(|policy| {
            let is_nearest = near.is_some_and(|(_, near, _)| near.identity == policy.identity);
            let selector = Selector::of(&policy.json["spec"]["podSelector"]);
            (!is_nearest, selector.is_empty())
        });
        Decision {
            outcome: if is_sure { Outcome::Refused } else { Outcome::Depends },
            policies,
            rule: near.map(|(_, _, rule)| rule),
            near: near.map(|(half, ..)| half),
        }
    }

    /// Whether all policies are here that may be for the pods of an end.
    fn sees_all_policies(&self, end: End<'_, 'a>) -> bool {
        let namespace = match end {
            End::Pod(pod) => pod.namespace(),
            End::Unseen { namespace, .. } => namespace,
            End::Node | End::Address(_) | End::Somebody => return true,
        };
        let another = Identity::new(GROUP, "NetworkPolicy", Some(namespace), "");
        !self.policies.has_others && self.environment.presence(&another) == Presence::Missing
    }

    /// No peers are everybody.
    fn any_peer(&self, own: &str, peers: &[Value], end: End<'_, 'a>) -> Match {
        if peers.is_empty() {
            return Match::Always;
        }
        peers.iter().map(|peer| self.is_peer(own, peer, end)).max().unwrap_or(Match::Never)
    }

    fn is_peer(&self, own: &str, peer: &Value, end: End<'_, 'a>) -> Match {
        if peer["ipBlock"].is_object() {
            return block::contains(&peer["ipBlock"], end);
        }
        let namespace = match end {
            End::Somebody => return Match::Always,
            End::Address(_) | End::Node => return Match::Never,
            // They have the address of their node, which some who enforce policies know and others do not.
            End::Pod(_) if is_on_node(end) => return Match::Sometimes,
            End::Pod(pod) => pod.namespace(),
            End::Unseen { namespace, .. } => namespace,
        };
        let of_namespace = match &peer["namespaceSelector"] {
            Value::Null => (namespace == own).into(),
            selector => self.is_namespace(selector, namespace),
        };
        of_namespace.min(selects(&peer["podSelector"], end))
    }

    fn is_namespace(&self, selector: &Value, namespace: &str) -> Match {
        let object = self.objects().find("", "Namespace", None, namespace);
        let mut labels = object
            .map(|object| object.json["metadata"]["labels"].clone())
            .filter(Value::is_object)
            .unwrap_or_else(|| Value::Object(Map::new()));
        labels["kubernetes.io/metadata.name"] = namespace.into();
        // What nobody has written may have more labels.
        let is_known = object.is_some_and(Object::is_written);
        sure(Selector::of(selector).may_select(&labels, |_| !is_known))
    }
}

/// Whether the pods of an end use the network of their node.
fn is_on_node(end: End<'_, '_>) -> bool {
    matches!(end, End::Pod(pod) if pod.spec["hostNetwork"].as_bool() == Some(true))
}

/// What is not known is so sometimes.
fn sure(known: Option<bool>) -> Match {
    known.map_or(Match::Sometimes, Match::from)
}

/// Whether a selector of pods selects those of an end; without one it selects all.
fn selects(selector: &Value, end: End<'_, '_>) -> Match {
    let selector = Selector::of(selector);
    match end {
        End::Pod(pod) => {
            // What a controller makes may have more labels than are known.
            let is_made = !pod.owner.is_written();
            sure(selector.may_select(pod.labels(), |key| is_made || is_labelled_later(key)))
        }
        End::Unseen { labels, .. } => sure(selector.may_select(labels, |_| true)),
        End::Node | End::Address(_) => Match::Never,
        End::Somebody => Match::Sometimes,
    }
}

/// Without types, a policy is for what comes in, and where it has rules for it, for what goes out.
fn has_direction(spec: &Value, direction: Direction) -> bool {
    let (name, rules, _) = direction.fields();
    let types = list(&spec["policyTypes"]);
    if types.is_empty() {
        direction == Direction::Ingress || !list(&spec[rules]).is_empty()
    } else {
        types.iter().any(|named| text(named) == Some(name))
    }
}

/// No ports are all of them. Names are those of the pod that is reached.
fn any_port(ports: &[Value], to: End<'_, '_>, port: Port<'_>) -> Match {
    if ports.is_empty() {
        return Match::Always;
    }
    ports.iter().map(|named| is_port(named, to, port)).max().unwrap_or(Match::Never)
}

fn is_port(named: &Value, to: End<'_, '_>, port: Port<'_>) -> Match {
    if text(&named["protocol"]).unwrap_or("TCP") != port.protocol {
        return Match::Never;
    }
    let Some(number) = port.number else {
        return if named["port"].is_null() { Match::Always } else { Match::Sometimes };
    };
    match &named["port"] {
        Value::Null => Match::Always,
        Value::String(name) => {
            let End::Pod(pod) = to else { return Match::Sometimes };
            let mut ports = pod.containers().flat_map(|container| container.ports());
            ports
                .any(|of_pod| {
                    text(&of_pod["name"]) == Some(name)
                        && of_pod["containerPort"] == number
                        && text(&of_pod["protocol"]).unwrap_or("TCP") == port.protocol
                })
                .into()
        }
        first => {
            let first = first.as_u64().unwrap_or_default();
            let last = named["endPort"].as_u64().unwrap_or(first);
            (first..=last).contains(&number).into()
        }
    }
}

#[cfg(test)]
mod tests;
