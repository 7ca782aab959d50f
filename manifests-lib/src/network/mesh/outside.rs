//! Hosts outside the cluster: which component calls which, by what it speaks there, and on which way.

mod objects;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::rc::Rc;

use custom_resources::istio::networking::v1 as networking;

use super::Caller;
use super::egress_gateway::{EgressGateway, MUTUAL_TLS};
use super::gateway_objects;
use crate::model::bundle::Bundle;
use crate::model::component::Component;
use crate::model::conventions::Conventions;
use crate::model::error::BuildError;
use crate::model::made_for::MadeFor;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::network::callable::{Callable, Endpoint};
use crate::network::outbound::{Destination, MeshHost, Receiver};
use crate::network::protocol::{Http, Protocol, Tcp, Tls};
use crate::network::tool::Pods;
use crate::values::{Cidr, Host, Name, Port};

/// A host outside the cluster, as the components that call it see it. Nobody else reaches it.
///
/// Requires the outbound traffic policy `REGISTRY_ONLY` of the mesh: otherwise other traffic leaves, too.
///
/// Becomes a ServiceEntry that the namespaces of its callers see and, through the egress gateway, a Gateway, a VirtualService and
/// a DestinationRule in each namespace that calls it: proxies send what is for the host to the gateway by mutual TLS, the gateway
/// sends it on as it was. Beside the gateway each caller has an AuthorizationPolicy that admits it to its own hosts and ports. What
/// admits the caller in its own network and proxy are its NetworkPolicy and its Sidecar.
///
/// Without a mesh, hosts are reached by their [addresses](Way::To) alone, which the NetworkPolicies of the callers admit.
///
/// Hosts of [`Tcp`] that share a port are told apart by addresses that proxies give them
/// ([`capture_dns`](crate::model::Bundle::capture_dns)); those of HTTP and TLS by their names.
///
/// Upstream: <https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/>
#[derive(Clone, Debug)]
pub struct ExternalService<'a, P> {
    /// Host outside: `host!("api.stripe.com")`.
    pub host: Host,
    /// Port of the host: `port!(443)`.
    pub port: Port,
    /// What the program speaks there: `Tls` for HTTPS and all else that the program itself encrypts, `Http` in plain text, `Tcp`.
    pub protocol: P,
    /// How it is reached: `Way::Through(egress)`.
    pub way: Way<'a>,
}

/// How a host outside is reached.
#[derive(Clone, Copy, Debug)]
pub enum Way<'a> {
    /// Through an egress gateway, which knows its callers by their identity: `Way::Through(egress)`.
    Through(&'a EgressGateway),
    /// Straight from the callers' pods to these addresses and no others, where the host has fixed ones:
    /// `Way::To(&[cidr!("198.51.100.0/24")])`.
    To(&'a [Cidr]),
}

/// A protocol that leaves the mesh.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not leave the mesh",
    label = "not to hosts outside",
    note = "gRPC and HTTP/2 go to hosts outside in the program's own TLS: `protocol: Tls`; in plain text they go as `Tcp`"
)]
pub trait OutsideProtocol: Protocol {
    #[doc(hidden)]
    const ROUTED: Routed;
}

/// A protocol of connections, whatever is in them.
#[diagnostic::on_unimplemented(
    message = "a further port of a host does not speak `{Self}`",
    label = "not at a further port",
    note = "requests of HTTP are told apart by the host alone: make the port of HTTP the first one, and the others `Tls` or `Tcp`"
)]
pub trait ConnectionProtocol: OutsideProtocol {}

/// By what the mesh routes a protocol.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routed {
    Request,
    ServerName,
    Address,
}

impl OutsideProtocol for Http {
    const ROUTED: Routed = Routed::Request;
}

impl OutsideProtocol for Tls {
    const ROUTED: Routed = Routed::ServerName;
}

impl OutsideProtocol for Tcp {
    const ROUTED: Routed = Routed::Address;
}

impl ConnectionProtocol for Tls {}
impl ConnectionProtocol for Tcp {}

/// A port of an [`ExternalService`], which components [call](Component::calls).
#[must_use = "nobody reaches a host that no component calls"]
pub struct ExternalServiceHandle<P> {
    host: Rc<OutsideHost>,
    port: Rc<OutsidePort>,
    protocol: PhantomData<P>,
    made: Made,
}

patchable! {
    /// The AuthorizationPolicies beside the gateway belong to [that one](super::EgressGatewayHandle).
    ///
    impl [P] ExternalServiceHandle<P> {
        made: networking::ServiceEntry, networking::Gateway, networking::VirtualService, networking::DestinationRule;
    }
}

impl<P> Clone for ExternalServiceHandle<P> {
    fn clone(&self) -> Self {
        Self {
            host: Rc::clone(&self.host),
            port: Rc::clone(&self.port),
            protocol: PhantomData,
            made: self.made.clone(),
        }
    }
}

/// A host, whatever is spoken at its ports.
struct OutsideHost {
    component: Component,
    origin: Origin,
    host: Host,
    way: OwnWay,
    ports: RefCell<Vec<Rc<OutsidePort>>>,
    service_entry: RefCell<Option<String>>,
    /// Whether objects are named like those of an older release, which knew one host of a component.
    short_names: Cell<bool>,
    /// Tells it from others of the same host.
    identity: Rc<()>,
}

/// A port of a host.
struct OutsidePort {
    origin: Origin,
    number: Port,
    /// The value of `protocol` in a ServiceEntry.
    protocol: &'static str,
    routed: Routed,
    /// By the names of their policies.
    callers: RefCell<BTreeMap<String, CallerOutside>>,
}

/// A component that calls a host.
#[derive(Clone)]
struct CallerOutside {
    namespace: Namespace,
    caller: Caller,
}

enum OwnWay {
    Through(EgressGateway),
    To(Vec<Cidr>),
}

impl Component {
    /// Declares a host outside, at one port. Its objects stand in the bundle of this component, whoever
    /// [calls](Component::calls) it: components of other bundles take the handle.
    #[track_caller]
    pub fn external_service<P: OutsideProtocol>(
        &self,
        service: ExternalService<'_, P>,
    ) -> ExternalServiceHandle<P> {
        let ExternalService { host, port, protocol: _, way } = service;
        let origin = Origin::here();
        let way = match way {
            Way::Through(gateway) => OwnWay::Through(gateway.clone()),
            Way::To(addresses) => OwnWay::To(addresses.to_vec()),
        };
        let mistakes = [mistake_of_host(&host, self.conventions()), mistake_of_way(&host, &way)];
        for (rule, message) in mistakes.into_iter().flatten() {
            self.bundle.error(BuildError::new(rule, origin, message));
        }
        let host = Rc::new(OutsideHost {
            component: self.clone(),
            origin,
            host,
            way,
            ports: RefCell::default(),
            service_entry: RefCell::default(),
            short_names: Cell::new(false),
            identity: Rc::default(),
        });
        let port = host.open::<P>(port, origin);
        let made = self.bundle.push(Rc::clone(&host));
        ExternalServiceHandle { host, port, protocol: PhantomData, made }
    }
}

impl<P> ExternalServiceHandle<P> {
    /// A further port of the same host, on the same way: `.another_port(port!(9093), Tls)`.
    #[track_caller]
    pub fn another_port<Q: ConnectionProtocol>(
        &self,
        port: Port,
        protocol: Q,
    ) -> ExternalServiceHandle<Q> {
        let origin = Origin::here();
        let _ = protocol;
        let (host, made) = (Rc::clone(&self.host), self.made.clone());
        let port = host.open::<Q>(port, origin);
        ExternalServiceHandle { host, port, protocol: PhantomData, made }
    }

    /// Keeps the name of a ServiceEntry that a cluster already has.
    pub fn service_entry_named(&self, name: Name) {
        *self.host.service_entry.borrow_mut() = Some(name.to_string());
    }

    /// Keeps names of an older release, without the host: `<bundle>-<component>-gateway` and so on. A component has one such host,
    /// and no route of its own.
    pub fn names_without_host(&self) {
        self.host.short_names.set(true);
    }
}

impl<P: OutsideProtocol> Callable for ExternalServiceHandle<P> {
    type Protocol = P;

    fn owner(&self) -> Bundle {
        self.host.component.bundle()
    }

    fn admit(&self, caller: &Component, origin: Origin) -> Endpoint<P> {
        let Self { host, port, .. } = self;
        let admitted =
            CallerOutside { namespace: caller.bundle.namespace.clone(), caller: caller.caller() };
        port.callers.borrow_mut().insert(caller.object_name("egress"), admitted);
        for destination in host.destinations(port) {
            caller.sends_to(destination);
        }
        let made_for = MadeFor::component(caller, origin);
        Endpoint::new(String::from(&host.host), port.number, made_for)
    }
}

impl OutsideHost {
    /// Adds a port of which the host has none yet.
    fn open<P: OutsideProtocol>(&self, number: Port, origin: Origin) -> Rc<OutsidePort> {
        let refuse = |error| self.component.bundle.error(error);
        if let Some((rule, message)) = mistake_of_port(&self.host, number, P::ROUTED) {
            refuse(BuildError::new(rule, origin, message));
        }
        let port = Rc::new(OutsidePort {
            origin,
            number,
            protocol: P::NAME,
            routed: P::ROUTED,
            callers: RefCell::default(),
        });
        let mut ports = self.ports.borrow_mut();
        if let Some(first) = ports.iter().find(|other| other.number == number) {
            let message = format!(
                "port {number} of {} is declared twice, and the mesh would route it by one of both: keep one handle, and let every \
                 caller take it",
                self.host
            );
            refuse(
                BuildError::new(Rule::DuplicateExternalService, origin, message)
                    .related([first.origin]),
            );
        }
        ports.push(Rc::clone(&port));
        port
    }

    /// The gateway or the addresses by the network; in the proxy also the host, whose route leads to the gateway.
    fn destinations(&self, port: &OutsidePort) -> Vec<Destination> {
        let owner = &self.component.bundle.namespace;
        let own = MeshHost { namespace: owner.clone(), host: String::from(&self.host) };
        match &self.way {
            OwnWay::Through(gateway) => {
                let EgressGateway { namespace, selector, .. } = gateway;
                let pods = Pods {
                    namespace: namespace.to_string(),
                    labels: gateway_objects::pods(selector),
                };
                let door = MeshHost {
                    namespace: namespace.clone(),
                    host: gateway.host(self.component.conventions()),
                };
                vec![Destination {
                    receiver: Receiver::Pods(pods),
                    port: MUTUAL_TLS,
                    hosts: vec![own, door],
                }]
            }
            OwnWay::To(addresses) => {
                let to = |addresses: &Cidr| Destination {
                    receiver: Receiver::Range(addresses.clone()),
                    port: port.number,
                    hosts: vec![own.clone()],
                };
                addresses.iter().map(to).collect()
            }
        }
    }
}

/// Ports that speak TLS by convention.
const TLS: [Port; 2] = [port!(443), port!(8443)];

/// Ports that speak HTTP in plain text by convention.
const PLAIN: [Port; 2] = [port!(80), port!(8080)];

fn mistake_of_host(host: &Host, conventions: &Conventions) -> Option<(Rule, String)> {
    let is_short = host.as_str().rsplit('.').next() == Some("svc");
    (is_short || conventions.is_inside(host.as_str())).then(|| {
        (
            Rule::AddressAsText,
            format!(
                "{host} is inside the cluster, and leads nowhere outside: declare the call (Component::calls)"
            ),
        )
    })
}

fn mistake_of_way(host: &Host, way: &OwnWay) -> Option<(Rule, String)> {
    matches!(way, OwnWay::To(addresses) if addresses.is_empty()).then(|| {
        (
            Rule::MissingAddresses,
            format!(
                "{host} is reached at no address, so that the network lets nobody send there: name its ranges (Way::To(&[cidr!(…)])), or \
                 go through the egress gateway (Way::Through)"
            ),
        )
    })
}

fn mistake_of_port(host: &Host, port: Port, routed: Routed) -> Option<(Rule, String)> {
    match routed {
        Routed::Request if TLS.contains(&port) => Some((
            Rule::EgressInPlainText,
            format!(
                "port {port} of {host} speaks TLS, and the mesh would send it HTTP in plain text, which it refuses: let the program \
                 speak TLS (`protocol: Tls`), or name the port of the host that speaks HTTP, such as 80"
            ),
        )),
        Routed::ServerName if PLAIN.contains(&port) => Some((
            Rule::TlsToPlainTextPort,
            format!(
                "port {port} of {host} speaks HTTP in plain text, and the mesh would look for the server name of TLS there, find none \
                 and end every connection: name the port of the host that speaks TLS, such as 443, or say `protocol: Http`"
            ),
        )),
        _ => None,
    }
}
