//! Ways out of the mesh: which component reaches which host outside.

use std::cell::RefCell;
use std::rc::Rc;

use custom_resources::istio::networking::v1 as networking;

use super::egress_gateway::{EgressGateway, MUTUAL_TLS, WayOut};
use super::gateway::gateway_of;
use super::{external_service, gateway_objects, own_and, own_namespace, route};
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::facts::Facts;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::network::outbound::{Destination, MeshHost, Receiver};
use crate::network::protocol::Http;
use crate::network::tool::Pods;
use crate::values::{Host, Name, Port};

/// An HTTP host outside the cluster that the component reaches through the egress gateway, and nobody else.
///
/// Requires the outbound traffic policy `REGISTRY_ONLY` of the mesh: otherwise other traffic leaves, too.
///
/// Becomes a ServiceEntry, a Gateway, a VirtualService and a DestinationRule: a sidecar sends the request to the
/// gateway by mutual TLS, the gateway to the host as it was. Beside the gateway it becomes an AuthorizationPolicy that admits
/// the component alone to this way out.
#[derive(Clone, Debug)]
pub struct Egress<'a> {
    /// Host outside: `host!("httpbin.org")`.
    pub host: Host,
    /// Port of the host, for HTTP: not 443, which speaks TLS. `port!(80)`.
    pub port: Port,
    /// Gateway to go through.
    pub through: &'a EgressGateway,
}

/// Ports that speak TLS by convention.
const TLS: [Port; 2] = [port!(443), port!(8443)];

/// An [`Egress`] of a component.
#[derive(Clone)]
pub struct EgressHandle {
    state: Rc<EgressState>,
    made: Made,
}

patchable! {
    /// The AuthorizationPolicy beside the gateway belongs to [that one](super::EgressGatewayHandle).
    ///
    EgressHandle {
        made: networking::ServiceEntry, networking::Gateway, networking::VirtualService, networking::DestinationRule;
    }
}

struct EgressState {
    component: Component,
    origin: Origin,
    host: Host,
    port: Port,
    gateway: EgressGateway,
    service_entry: RefCell<String>,
}

impl Component {
    /// Lets requests to a host leave the mesh.
    #[track_caller]
    pub fn egress(&self, egress: Egress<'_>) -> EgressHandle {
        let Egress { host, port, through } = egress;
        let origin = Origin::here();
        if let Some((rule, message)) = mistake(&host, port) {
            self.bundle.error(BuildError::new(rule, origin, message));
        }
        let state = Rc::new(EgressState {
            component: self.clone(),
            origin,
            host,
            port,
            gateway: through.clone(),
            service_entry: RefCell::new(self.object_name("service-entry")),
        });
        self.sends_to(state.destination());
        let made = self.bundle.push(Rc::clone(&state));
        EgressHandle { state, made }
    }
}

/// What is wrong with a way out, if anything.
fn mistake(host: &Host, port: Port) -> Option<(Rule, String)> {
    let labels: Vec<_> = host.as_str().rsplit('.').collect();
    if matches!(labels.as_slice(), ["svc", ..] | ["local", "cluster", "svc", ..]) {
        return Some((
            Rule::AddressAsText,
            format!(
                "{host} is inside the cluster, and leads nowhere outside: declare the call (Component::calls)"
            ),
        ));
    }
    TLS.contains(&port).then(|| {
        (
            Rule::EgressInPlainText,
            format!(
                "port {port} of {host} speaks TLS, and the mesh would send it HTTP in plain text, which it refuses: name the port of \
                 the host that speaks HTTP, such as 80; a host that speaks TLS only needs a ServiceEntry of protocol TLS (Bundle::add)"
            ),
        )
    })
}

impl EgressHandle {
    /// Keeps the name of a ServiceEntry that a cluster already has.
    pub fn service_entry_named(&self, name: Name) {
        *self.state.service_entry.borrow_mut() = name.to_string();
    }
}

impl EgressState {
    /// The gateway by the network; in the proxy also the host, whose route leads to the gateway.
    fn destination(&self) -> Destination {
        let EgressGateway { namespace, selector, .. } = &self.gateway;
        let host = |namespace: &Namespace, host| MeshHost { namespace: namespace.clone(), host };
        Destination {
            receiver: Receiver::Pods(Pods {
                namespace: namespace.to_string(),
                labels: gateway_objects::pods(selector),
            }),
            port: MUTUAL_TLS,
            hosts: vec![
                host(&self.component.bundle.namespace, String::from(&self.host)),
                host(namespace, self.gateway.host(self.component.conventions())),
            ],
        }
    }

    fn visible_in(&self) -> Vec<String> {
        own_and(&self.gateway.namespace)
    }

    fn service_entry(&self) -> networking::ServiceEntry {
        networking::ServiceEntry {
            metadata: self.component.metadata_named(self.service_entry.borrow().clone()),
            spec: external_service::<Http>(
                self.host.as_str(),
                self.port,
                self.component.bundle.name.as_str(),
                self.visible_in(),
            ),
        }
    }

    fn server(&self) -> networking::GatewayServer {
        networking::GatewayServer {
            tls: Some(networking::ServerTls {
                mode: Some(networking::ServerTlsMode::IstioMutual),
                ..networking::ServerTls::default()
            }),
            ..networking::GatewayServer::required(
                vec![String::from(&self.host)],
                networking::ServerPort {
                    name: format!("https-{}", self.component.bundle.name),
                    number: MUTUAL_TLS.into(),
                    protocol: "HTTPS".to_owned(),
                    target_port: None,
                },
            )
        }
    }

    /// Two steps: from a sidecar to the gateway, from the gateway to the host.
    fn virtual_service(&self) -> networking::VirtualService {
        let own_gateway = self.component.object_name("gateway");
        let request = |gateway: &str, port: Port| networking::HttpMatch {
            gateways: Some(vec![gateway.to_owned()]),
            port: Some(port.into()),
            ..networking::HttpMatch::default()
        };
        let to_gateway = networking::Destination {
            subset: Some(self.component.bundle.name.to_string()),
            ..route::destination(self.gateway.host(self.component.conventions()), MUTUAL_TLS)
        };
        let to_host = route::destination(String::from(&self.host), self.port);
        networking::VirtualService {
            metadata: self.component.metadata("virtual-service"),
            spec: Some(networking::VirtualServiceSpec {
                export_to: Some(self.visible_in()),
                gateways: Some(vec![own_gateway.clone(), "mesh".to_owned()]),
                hosts: Some(vec![String::from(&self.host)]),
                http: Some(vec![
                    route::send(request("mesh", self.port), to_gateway),
                    route::send(request(&own_gateway, MUTUAL_TLS), to_host),
                ]),
                ..networking::VirtualServiceSpec::default()
            }),
        }
    }

    fn destination_rule(&self) -> networking::DestinationRule {
        let own_port = networking::TrafficPolicyPortLevelSetting {
            port: Some(route::number(MUTUAL_TLS)),
            tls: Some(networking::TrafficPolicyTls {
                // The gateway picks its server by the name that the client asks for.
                sni: Some(String::from(&self.host)),
                ..route::mutual_tls()
            }),
            ..networking::TrafficPolicyPortLevelSetting::default()
        };
        networking::DestinationRule {
            metadata: self.component.metadata("destination-rule"),
            spec: Some(networking::DestinationRuleSpec {
                export_to: Some(own_namespace()),
                // Rules of several bundles for one gateway merge by subset; of what stands outside, one would win.
                subsets: Some(vec![networking::DestinationRuleSubset {
                    traffic_policy: Some(networking::DestinationRuleTrafficPolicy {
                        port_level_settings: Some(vec![own_port]),
                        ..networking::DestinationRuleTrafficPolicy::default()
                    }),
                    ..networking::DestinationRuleSubset::required(
                        self.component.bundle.name.to_string(),
                    )
                }]),
                ..networking::DestinationRuleSpec::required(
                    self.gateway.host(self.component.conventions()),
                )
            }),
        }
    }
}

impl Part for EgressState {
    fn declare(&self, declared: &mut Facts) {
        declared.push(WayOut {
            name: self.component.object_name("egress"),
            caller: self.component.caller(),
            gateway: self.gateway.clone(),
            host: self.host.clone(),
        });
    }

    fn build(&self, output: &mut Output<'_>) {
        let pods = gateway_objects::pods(&self.gateway.selector);
        output.add(self.origin, self.service_entry());
        output.add(self.origin, gateway_of(&self.component, pods, self.server()));
        output.add(self.origin, self.virtual_service());
        output.add(self.origin, self.destination_rule());
    }
}
