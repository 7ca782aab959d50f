//! The ingress gateway: where requests from outside enter the mesh.

use std::collections::BTreeMap;
use std::rc::Rc;

use custom_resources::istio::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::ingress_gateway::{self, Arrival};
use super::route::{self, Reach};
use super::{Caller, gateway_objects, is_of_proxy, own_and};
use crate::check;
use crate::check::properties::repeated;
use crate::model::bundle::{Output, Part};
use crate::model::conventions::Conventions;
use crate::model::distinct::distinct;
use crate::model::error::BuildError;
use crate::model::facts::Facts;
use crate::model::label::Labels;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::network::gateway_api::GatewayNodePort;
use crate::network::protocol::RequestProtocol;
use crate::network::service::{Service, ServicePort, ServiceState};
use crate::values::{Name, NodePort, Port};

/// The pods through which requests from outside enter, as others refer to them.
///
/// Upstream: <https://istio.io/latest/docs/setup/additional-setup/gateway/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngressGateway {
    /// Name of its Service and ServiceAccount: `name!("ingress-gateway")`.
    pub name: Name,
    /// Where its pods run: `Namespace::new(name!("istio-ingress"))`.
    pub namespace: Namespace,
    /// Value of the label `istio` of its pods: `name!("ingress")`.
    pub selector: Name,
}

impl IngressGateway {
    /// The name of the port that only says whether the gateway is ready.
    pub const STATUS_PORT: &'static str = gateway_objects::STATUS_PORT;

    /// The name that every pod of the cluster can resolve.
    pub(super) fn host(&self, conventions: &Conventions) -> String {
        conventions.host(&self.name, &self.namespace)
    }
}

/// Opens a port of a gateway, of the Service's own number, and sends what arrives there to the Service: requests for any host
/// in plain text or, [behind an API gateway](super::Exposure::ApiGateway), by TLS and for the hosts of its routes.
///
/// Becomes a Gateway, a VirtualService and a DestinationRule; the gateway's identity is admitted to the service.
///
/// Upstream: <https://istio.io/latest/docs/tasks/traffic-management/ingress/ingress-control/>
#[derive(Clone, Debug)]
pub struct GatewayRoute<'a> {
    /// Gateway that opens the port.
    pub gateway: &'a IngressGateway,
    /// Port on every node for the gateway's port, where the gateway is reached by node ports: `node_port!(30001)`.
    pub node_port: NodePort,
}

/// A [`GatewayRoute`] of a service. What opens the same port a second time, or another port of the Service, has the same objects.
#[derive(Clone)]
pub struct GatewayRouteHandle {
    pub(crate) entry: Made,
    pub(crate) rule: Made,
}

patchable! {
    GatewayRouteHandle {
        entry: networking::Gateway, networking::VirtualService;
        rule: networking::DestinationRule;
    }
}

/// A port that a gateway opens for a service. The gateway's own Service is made of them: no number stands twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayPort {
    /// Name of the gateway.
    pub gateway: Name,
    /// Where the gateway runs.
    pub namespace: Namespace,
    /// Bundle that opens it.
    pub bundle: Name,
    /// Port of the gateway.
    pub port: Port,
    /// Port on every node.
    pub node_port: NodePort,
    /// Host of the Service behind it.
    pub service: String,
    /// The line that opens it.
    pub origin: Origin,
}

impl IngressGateway {
    fn caller(&self) -> Caller {
        Caller {
            namespace: self.namespace.to_string(),
            service_account: self.name.to_string(),
            pod_labels: gateway_objects::pods(&self.selector),
        }
    }

    /// Whether a caller of services is this gateway.
    pub(super) fn is(&self, caller: &Caller) -> bool {
        self.caller() == *caller
    }

    /// Opens a port for a port of a Service, which admits the gateway. Once: several URLs of a service share the port.
    pub(crate) fn open(
        &self,
        origin: Origin,
        port: &ServicePort,
        node_port: NodePort,
    ) -> GatewayRouteHandle {
        if let Some(first) = port.opened_by(self) {
            if first.node_port != node_port {
                port.component().bundle.error(another_node_port(origin, &first));
            }
            return first.route;
        }
        port.admit(self.caller());
        let service = port.service();
        let entry = service.routes().of_gateway(self, |first| {
            service.component().bundle.push(GatewayRoutePart {
                origin,
                service: Rc::clone(service),
                gateway: self.clone(),
                first,
            })
        });
        let route = GatewayRouteHandle { entry, rule: route::require_mutual_tls(origin, port) };
        port.open(self.clone(), OpenedPort { node_port, origin, route: route.clone() });
        route
    }
}

impl<P> Service<P> {
    /// Makes the service reachable from outside the mesh, through a port of a gateway.
    #[track_caller]
    pub fn gateway_route(&self, route: GatewayRoute<'_>) -> GatewayRouteHandle
    where
        P: RequestProtocol,
    {
        let GatewayRoute { gateway, node_port } = route;
        gateway.open(Origin::here(), &self.state(), node_port)
    }
}

/// What a gateway has for a Service: all of its ports that it opens.
struct GatewayRoutePart {
    origin: Origin,
    service: Rc<ServiceState>,
    gateway: IngressGateway,
    /// Whether no other gateway has a route to the Service.
    first: bool,
}

impl Part for GatewayRoutePart {
    fn build(&self, output: &mut Output<'_>) {
        let Self { origin, service, gateway, .. } = self;
        if !output.conventions.has_mesh() {
            let what = format!(
                "{} is reached through the gateway {} of a mesh (a gateway of the Gateway API leads to it by `gateway.to_services()`)",
                service.name(),
                gateway.name
            );
            output.errors.push(check::needs_mesh(*origin, &what));
            return;
        }
        let mut servers = Vec::new();
        let mut hosts = Vec::new();
        let mut http = Vec::new();
        for (port, opened) in self.opened() {
            let number = port.port();
            let arrival = ingress_gateway::arrival(output.declared, gateway, number);
            if matches!(&arrival, Arrival::Tls(hosts) if hosts.is_empty()) {
                output.errors.push(unreachable(opened.origin, gateway, number));
                return;
            }
            servers.push(self.server(&port, &arrival, servers.is_empty()));
            hosts.extend(match arrival {
                Arrival::Plain => vec![EVERY_HOST.to_owned()],
                Arrival::Tls(hosts) => hosts,
            });
            let destination = route::destination(service.host(), number);
            http.push(route::send(route::to_port(number), destination));
        }
        let pods = gateway_objects::pods(&gateway.selector);
        let metadata = service.metadata(&self.kind("gateway"));
        output.add(*origin, gateway_of(metadata, pods, servers));
        let reach = Reach {
            hosts: distinct(hosts),
            gateway: service.object_name(&self.kind("gateway")),
            visible_in: own_and(&gateway.namespace),
        };
        let metadata = service.metadata(&self.kind("virtual-service"));
        output.add(*origin, route::virtual_service(metadata, reach, http));
    }

    fn declare(&self, declared: &mut Facts) {
        for (port, opened) in self.opened() {
            declared.push(GatewayPort {
                gateway: self.gateway.name.clone(),
                namespace: self.gateway.namespace.clone(),
                bundle: self.service.component().bundle.name.clone(),
                port: port.port(),
                node_port: opened.node_port,
                service: self.service.host(),
                origin: opened.origin,
            });
        }
    }
}

const EVERY_HOST: &str = "*";

impl GatewayRoutePart {
    fn opened(&self) -> Vec<(ServicePort, OpenedPort)> {
        let ports = self.service.ports().into_iter();
        ports
            .filter_map(|port| port.opened_by(&self.gateway).map(|opened| (port, opened)))
            .collect()
    }

    /// The kind that names an object: those of a further gateway are told apart by its name.
    fn kind(&self, kind: &str) -> String {
        if self.first { kind.to_owned() } else { format!("{}-{kind}", self.gateway.name) }
    }

    fn server(
        &self,
        port: &ServicePort,
        arrival: &Arrival,
        first: bool,
    ) -> networking::GatewayServer {
        let (protocol, hosts, tls) = match arrival {
            Arrival::Plain => (port.protocol().to_uppercase(), vec![EVERY_HOST.to_owned()], None),
            Arrival::Tls(hosts) => {
                // The gateway's own name is what the API gateway asks a certificate for, whatever host the request is for.
                let own = self.gateway.host(self.service.component().conventions());
                let hosts = hosts.iter().cloned().chain([own]).collect();
                ("HTTPS".to_owned(), hosts, Some(self.tls()))
            }
        };
        let bundle = &self.service.component().bundle.name;
        let name = format!("{}-{bundle}", protocol.to_lowercase());
        let number = port.port();
        let port = networking::ServerPort {
            name: if first { name } else { format!("{name}-{number}") },
            number: number.into(),
            protocol,
            target_port: None,
        };
        networking::GatewayServer { tls, ..networking::GatewayServer::required(hosts, port) }
    }

    /// With the certificate in the Secret that is named after the gateway.
    fn tls(&self) -> networking::ServerTls {
        networking::ServerTls {
            credential_name: Some(self.gateway.name.to_string()),
            mode: Some(networking::ServerTlsMode::Simple),
            ..networking::ServerTls::default()
        }
    }
}

/// How a gateway opens the port of a service.
#[derive(Clone)]
pub(crate) struct OpenedPort {
    node_port: NodePort,
    origin: Origin,
    route: GatewayRouteHandle,
}

fn another_node_port(origin: Origin, first: &OpenedPort) -> BuildError {
    BuildError::new(
        Rule::DuplicateGatewayPort,
        origin,
        format!(
            "the gateway already opens this port of the service at the node port {}, and a port has one: name the same number",
            first.node_port.number()
        ),
    )
    .related([first.origin])
}

fn unreachable(origin: Origin, gateway: &IngressGateway, port: Port) -> BuildError {
    BuildError::new(
        Rule::UnreachableGatewayPort,
        origin,
        format!(
            "port {port} of the gateway {} leads to a service, but the gateway admits API gateways alone and none has a route to the \
             port: give the service a public route, or remove this one",
            gateway.name
        ),
    )
}

/// A Gateway: servers on the pods with these labels.
pub(super) fn gateway_of(
    metadata: ObjectMeta,
    pod_labels: Labels,
    servers: Vec<networking::GatewayServer>,
) -> networking::Gateway {
    networking::Gateway {
        metadata,
        spec: Some(networking::GatewaySpec { selector: Some(pod_labels), servers: Some(servers) }),
    }
}

/// Ports of one gateway, and node ports of one cluster, that two services claim; `others` are further node ports.
pub(crate) fn conflicting_ports(
    ports: &[GatewayPort],
    others: &[GatewayNodePort],
) -> Vec<BuildError> {
    let mut errors = Vec::new();
    let mut gateway_ports = BTreeMap::new();
    for port in ports {
        if is_of_proxy(port.port.into()) {
            errors.push(BuildError::new(
                Rule::ProxyPort,
                port.origin,
                format!(
                    "a gateway opens a service's own port, and its proxy listens on ports from 15000 to 15090 itself, so that {} is \
                     taken: give the service another port",
                    port.port
                ),
            ));
        }
        if let Some(other) =
            gateway_ports.insert((&port.namespace, &port.gateway, port.port), port.origin)
        {
            errors.push(
                BuildError::new(
                    Rule::DuplicateGatewayPort,
                    port.origin,
                    format!(
                        "port {} of the gateway {} leads to two services, of which the mesh would choose one: give one \
                         service another port",
                        port.port, port.gateway
                    ),
                )
                .related([other]),
            );
        }
    }
    let of_services = ports.iter().map(|port| (port.node_port, port.origin));
    let others = others.iter().map(|other| (other.port, other.origin));
    let opened = of_services.chain(others).map(|(port, origin)| (port, (port, origin)));
    errors.extend(repeated(opened).into_iter().map(|((_, first), (port, origin))| {
        let message = format!(
            "node port {} is opened twice: the API server would refuse it; choose another number",
            port.number()
        );
        BuildError::new(Rule::DuplicateNodePort, origin, message).related([first])
    }));
    errors
}
