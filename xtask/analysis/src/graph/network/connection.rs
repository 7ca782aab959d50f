//! One connection, and everybody who is asked whether it may be.

use super::{Decision, Direction, End, Near, Port, target_of};
use crate::graph::Graph;
use crate::graph::mesh::ROUTING;
use crate::graph::mesh::authorization::{Caller, Outcome};
use crate::graph::mesh::membership::{Proxy, is_gateway};
use crate::objects::{Object, Pod, Selector, Value, list, text};

/// Ports of a proxy that it answers itself, whatever policies of the mesh say: metrics, health and its own.
const OF_PROXIES: [u64; 4] = [15_000, 15_020, 15_021, 15_090];

/// Somebody who is asked whether a connection may be.
#[derive(Clone, Debug)]
pub struct Gate<'a> {
    /// What is asked, as a word: `egress`, `ingress`, `mutual TLS`, `authorization`.
    pub what: &'static str,
    /// Whether it lets the connection through.
    pub outcome: Outcome,
    /// The policies that decide; where they refuse, the nearest first.
    pub policies: Vec<&'a Object>,
    /// The rule that lets it through, or that is nearest to it.
    pub rule: Option<&'a Value>,
    /// What nearly lets it through.
    pub near: Option<Near>,
}

/// A connection to a port of pods.
#[derive(Clone, Debug)]
pub struct Connection<'a> {
    /// Everybody who is asked and has something to say, in the order in which it passes them.
    pub gates: Vec<Gate<'a>>,
}

impl<'a> Connection<'a> {
    /// Whether it is let through.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let has = |outcome| self.gates.iter().any(|gate| gate.outcome == outcome);
        if has(Outcome::Refused) {
            Outcome::Refused
        } else if has(Outcome::Depends) {
            Outcome::Depends
        } else {
            Outcome::Admitted
        }
    }

    /// Who refuses it for sure.
    pub fn refusals(&self) -> impl Iterator<Item = &Gate<'a>> {
        self.gates.iter().filter(|gate| gate.outcome == Outcome::Refused)
    }
}

impl Gate<'_> {
    /// What it says of a port, as the end of a sentence.
    #[must_use]
    pub fn words(&self, port: Port<'_>) -> String {
        let port = port.number.map_or_else(String::new, |port| format!(" {port}"));
        match (self.what, self.near) {
            ("mutual TLS", _) => {
                "takes nothing but mutual TLS, which the caller does not speak".to_owned()
            }
            ("authorization", _) => format!("does not admit the caller at port{port}"),
            ("egress", Some(Near::Peer)) => {
                format!("lets it out there at other ports, not at{port}")
            }
            ("egress", Some(Near::Port)) => format!("lets it out at{port} to others only"),
            ("egress", None) => "lets it out to nobody there".to_owned(),
            (_, Some(Near::Peer)) => format!("lets the caller in at other ports, not at{port}"),
            (_, Some(Near::Port)) => format!("lets others in at{port}, not the caller"),
            (_, None) => "lets nobody in there".to_owned(),
        }
    }
}

impl<'a> Graph<'a> {
    /// A connection from one end to another, at a port of the latter.
    #[must_use]
    pub fn connection(&self, from: End<'_, 'a>, to: End<'_, 'a>, port: Port<'_>) -> Connection<'a> {
        let is_itself = matches!((from, to), (End::Pod(from), End::Pod(to)) if std::ptr::eq(from.owner, to.owner));
        let mut gates = Vec::new();
        let ways = [(Direction::Egress, from, to), (Direction::Ingress, to, from)];
        for (direction, own, other) in ways {
            let decision = self.network(direction, own, other, port);
            let Decision { mut outcome, policies, rule, near } = decision;
            // One pod of a workload may be asked for itself.
            if is_itself && outcome == Outcome::Refused {
                outcome = Outcome::Depends;
            }
            if !policies.is_empty() {
                gates.push(Gate { what: direction.name(), outcome, policies, rule, near });
            }
        }
        if let (End::Pod(pod), Some(number)) = (to, port.number) {
            gates.extend(self.of_mesh(from, pod, number).filter(|_| port.protocol == "TCP"));
        }
        Connection { gates }
    }

    /// What the mesh says at the called pod; none where it has nothing to say.
    fn of_mesh(&self, from: End<'_, 'a>, pod: &Pod<'_>, port: u64) -> Option<Gate<'a>> {
        let proxy = self.proxy(pod);
        if proxy == Proxy::None
            || OF_PROXIES.contains(&port)
            || is_passed_by(pod, "traffic.sidecar.istio.io/excludeInboundPorts", port)
            || pod.annotation("traffic.sidecar.istio.io/includeInboundPorts").is_some()
        {
            return None;
        }
        let verdict = match from {
            End::Pod(caller) => {
                let key = "traffic.sidecar.istio.io/excludeOutboundPorts";
                let is_plain = is_gateway(pod) && !self.asks_for_identity(pod, port);
                let shown = if is_plain || is_passed_by(caller, key, port) {
                    Caller::Stranger
                } else {
                    self.caller(caller)
                };
                let mut verdict = self.admits(shown, pod, port);
                let is_unknown = self.proxy(caller) == Proxy::Unknown;
                let as_stranger = || self.admits(Caller::Stranger, pod, port).outcome;
                if is_unknown && as_stranger() != verdict.outcome {
                    verdict.outcome = Outcome::Depends;
                }
                verdict
            }
            End::Node | End::Address(_) => self.admits(Caller::Stranger, pod, port),
            End::Unseen { .. } | End::Somebody => {
                let mut verdict = self.admits(Caller::Stranger, pod, port);
                if verdict.outcome == Outcome::Refused {
                    verdict.outcome = Outcome::Depends;
                }
                verdict
            }
        };
        let policy = verdict.policy?;
        let what = match policy.identity.kind.as_str() {
            "PeerAuthentication" => "mutual TLS",
            _ => "authorization",
        };
        // Whether it is in the mesh says a namespace that is not here.
        let is_sure = proxy.is_there();
        let outcome = match verdict.outcome {
            Outcome::Refused if !is_sure => Outcome::Depends,
            outcome => outcome,
        };
        Some(Gate { what, outcome, policies: vec![policy], rule: verdict.rule, near: None })
    }

    /// Whether callers show who they are at a port of a gateway.
    fn asks_for_identity(&self, pod: &Pod<'_>, port: u64) -> bool {
        let mut servers = self.servers_at(pod, port);
        servers.any(|(_, server)| text(&server["tls"]["mode"]) == Some("ISTIO_MUTUAL"))
    }

    /// The servers of Istio's `Gateways` at a port of a pod.
    pub fn servers_at<'s>(
        &'s self,
        pod: &'s Pod<'_>,
        port: u64,
    ) -> impl Iterator<Item = (&'a Object, &'a Value)> + use<'s, 'a> {
        let gateways = self.objects().of_kind(ROUTING, "Gateway").filter(|gateway| {
            let selector = Selector::of_labels(&gateway.json["spec"]["selector"]);
            !selector.is_empty() && pod.is_selected_by(&selector)
        });
        // Servers name the port of the Service, where there is one, or that of the pod.
        let services = self.services_in(pod.namespace()).iter().filter(|service| {
            let selector = Selector::of_labels(&service.json["spec"]["selector"]);
            !selector.is_empty() && pod.is_selected_by(&selector)
        });
        let ports = services.flat_map(|service| list(&service.json["spec"]["ports"]));
        let ports = ports.filter(|of_service| target_of(of_service, None).number == Some(port));
        let mut names: Vec<u64> = ports.filter_map(|port| port["port"].as_u64()).collect();
        names.push(port);
        gateways.flat_map(move |gateway| {
            let names = names.clone();
            let servers = list(&gateway.json["spec"]["servers"]).iter();
            let here = servers.filter(move |server| {
                server["port"]["number"].as_u64().is_some_and(|number| names.contains(&number))
            });
            here.map(move |server| (gateway, server))
        })
    }
}

/// Whether an annotation of a pod names a port among those that pass its proxy by.
fn is_passed_by(pod: &Pod<'_>, key: &str, port: u64) -> bool {
    let ports = pod.annotation(key).unwrap_or_default();
    ports.split(',').any(|named| named.trim() == "*" || named.trim().parse() == Ok(port))
}
