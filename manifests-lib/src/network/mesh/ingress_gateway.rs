//! The objects of an ingress gateway: its Service, who reaches it, and by which certificate. They are made of what bundles open.

use std::collections::{BTreeMap, BTreeSet};

use custom_resources::cert_manager::v1 as cert_manager;
use custom_resources::k8s::networking::gateway::v1 as gateway_api;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;

use super::gateway::{GatewayPort, IngressGateway};
use super::gateway_objects;
use super::namespace_rules::metrics_to;
use crate::check;
use crate::model::bundle::{Bundle, Output, Part};
use crate::model::facts::Facts;
use crate::model::metadata::named;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::network::certificate::certificate_of;
use crate::network::gateway_api::backend_tls_policy;
use crate::network::issuer::ClusterIssuer;
use crate::network::network_policy;
use crate::network::tool::Pods;
use crate::observability::prometheus::Prometheus;
use crate::values::{Host, Port};

/// An ingress gateway, whose pods a chart makes.
///
/// Becomes its Service, of every [`GatewayPort`] of the platform that leads to it, and a NetworkPolicy that admits to these
/// ports who may use them, and Prometheus to the proxy's metrics. Behind an API gateway also the Certificate of the
/// gateway and the BackendTLSPolicy by which the API gateway checks it.
///
/// Upstream: <https://istio.io/latest/docs/setup/additional-setup/gateway/>
#[derive(Clone)]
pub struct IngressGatewaySpec<'a> {
    /// The gateway.
    pub gateway: &'a IngressGateway,
    /// From where it is reached.
    pub exposure: Exposure,
    /// What scrapes its proxies.
    pub prometheus: &'a Prometheus,
}

/// From where an ingress gateway is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// By everybody, in plain text, through the port on every node that each [`GatewayRoute`](super::GatewayRoute) names.
    NodePorts,
    /// By the pods of the API gateways whose routes lead to it, and nobody else: by TLS, for the hosts of the routes. In the
    /// cluster also 15021, where it says whether it is ready; a port of every node for that would be open to everybody.
    ApiGateway {
        /// Issuer of its certificate.
        issuer: ClusterIssuer,
    },
}

impl Exposure {
    /// How many proxies stand before the gateway and tell it, in `X-Forwarded-For` and `X-Forwarded-Proto`, who the client is:
    /// `gatewayTopology.numTrustedProxies`. Of others, these headers are overwritten.
    ///
    /// Upstream: <https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/>
    #[must_use]
    pub fn trusted_proxies(&self) -> u8 {
        match self {
            Self::NodePorts => 0,
            Self::ApiGateway { .. } => 1,
        }
    }

    fn protocol(&self) -> &'static str {
        match self {
            Self::NodePorts => "http",
            Self::ApiGateway { .. } => "https",
        }
    }
}

/// What belongs to an ingress gateway beside its pods.
#[derive(Clone)]
pub struct IngressGatewayHandle {
    made: Made,
}

patchable! {
    IngressGatewayHandle {
        made: core::Service, networking::NetworkPolicy, cert_manager::Certificate, gateway_api::BackendTLSPolicy;
    }
}

impl Bundle {
    /// Adds what belongs to an ingress gateway beside its pods.
    #[track_caller]
    pub fn ingress_gateway(&self, spec: IngressGatewaySpec<'_>) -> IngressGatewayHandle {
        let IngressGatewaySpec { gateway, exposure, prometheus } = spec;
        let made = self.push(IngressPart {
            origin: Origin::here(),
            gateway: gateway.clone(),
            exposure,
            prometheus: prometheus.clone(),
        });
        IngressGatewayHandle { made }
    }
}

/// An ingress gateway that some bundle adds.
pub(super) struct DeclaredIngress {
    gateway: IngressGateway,
    exposure: Exposure,
}

/// A host that an API gateway leads to a port of an ingress gateway.
pub(crate) struct RoutedHost {
    /// Pods of the API gateway.
    pub(crate) from: Pods,
    pub(crate) ingress: IngressGateway,
    pub(crate) port: Port,
    pub(crate) host: Host,
}

/// How requests come to a port of an ingress gateway.
pub(super) enum Arrival {
    /// In plain text, for any host.
    Plain,
    /// By TLS with the gateway's certificate, for these hosts.
    Tls(Vec<String>),
}

/// How requests come to this port of the gateway.
pub(super) fn arrival(declared: &Facts, gateway: &IngressGateway, port: Port) -> Arrival {
    let behind_api_gateway = declared.all::<DeclaredIngress>().iter().any(|other| {
        other.gateway == *gateway && matches!(other.exposure, Exposure::ApiGateway { .. })
    });
    if !behind_api_gateway {
        return Arrival::Plain;
    }
    let routed = routed_hosts(declared, gateway).filter(|routed| routed.port == port);
    let hosts: BTreeSet<_> = routed.map(|routed| routed.host.to_string()).collect();
    Arrival::Tls(hosts.into_iter().collect())
}

fn routed_hosts<'a>(
    declared: &'a Facts,
    gateway: &'a IngressGateway,
) -> impl Iterator<Item = &'a RoutedHost> {
    declared.all::<RoutedHost>().iter().filter(move |routed| routed.ingress == *gateway)
}

struct IngressPart {
    origin: Origin,
    gateway: IngressGateway,
    exposure: Exposure,
    prometheus: Prometheus,
}

impl IngressPart {
    fn opened<'a>(&self, declared: &'a Facts) -> Vec<&'a GatewayPort> {
        let leads_here = |port: &&GatewayPort| {
            port.gateway == self.gateway.name && port.namespace == self.gateway.namespace
        };
        declared.all::<GatewayPort>().iter().filter(leads_here).collect()
    }

    fn service(&self, opened: &[&GatewayPort]) -> core::Service {
        let IngressGateway { name, selector, .. } = &self.gateway;
        let pods = gateway_objects::pods(selector);
        let protocol = self.exposure.protocol();
        let mut bundles = BTreeSet::new();
        let ports = opened.iter().map(|opened| {
            let GatewayPort { bundle, port, .. } = opened;
            let first = bundles.insert(bundle);
            let further = if first { String::new() } else { format!("-{port}") };
            gateway_objects::port(&format!("{protocol}-{bundle}{further}"), *port)
        });
        match self.exposure {
            Exposure::NodePorts => {
                let node_ports = opened.iter().map(|opened| opened.node_port.number().into());
                let ports = ports.zip(node_ports).map(|(port, node_port)| core::ServicePort {
                    node_port: Some(node_port),
                    ..port
                });
                gateway_objects::node_ports(name, &pods, ports.collect())
            }
            Exposure::ApiGateway { .. } => gateway_objects::cluster_ip(name, &pods, ports),
        }
    }

    fn network_policy(
        &self,
        declared: &Facts,
        opened: &[&GatewayPort],
    ) -> networking::NetworkPolicy {
        let mut rules = match self.exposure {
            // Through a node port, clients outside have the addresses of nodes.
            Exposure::NodePorts => {
                vec![network_policy::admit_everybody(opened.iter().map(|opened| opened.port))]
            }
            Exposure::ApiGateway { .. } => {
                let mut ports: BTreeMap<&Pods, BTreeSet<Port>> = BTreeMap::new();
                for routed in routed_hosts(declared, &self.gateway) {
                    ports.entry(&routed.from).or_default().insert(routed.port);
                }
                let admitted = ports.into_iter();
                admitted.map(|(from, ports)| network_policy::admit([from.peer()], ports)).collect()
            }
        };
        rules.retain(|rule| rule.ports.as_ref().is_some_and(|ports| !ports.is_empty()));
        rules.push(metrics_to(&self.prometheus));
        let IngressGateway { name, selector, .. } = &self.gateway;
        gateway_objects::network_policy(name, &gateway_objects::pods(selector), rules)
    }
}

impl Part for IngressPart {
    fn declare(&self, declared: &mut Facts) {
        let (gateway, exposure) = (self.gateway.clone(), self.exposure.clone());
        if let Exposure::ApiGateway { issuer } = &exposure {
            declared.push(issuer.asked_in(&gateway.namespace));
        }
        declared.push(DeclaredIngress { gateway, exposure });
    }

    fn build(&self, output: &mut Output<'_>) {
        if !output.conventions.has_mesh() {
            let what =
                format!("the pods of the gateway {} are proxies of a mesh", self.gateway.name);
            output.errors.push(check::needs_mesh(self.origin, &what));
            return;
        }
        let opened = self.opened(output.declared);
        output.add(self.origin, self.service(&opened));
        output.add(self.origin, self.network_policy(output.declared, &opened));
        if let Exposure::ApiGateway { issuer } = &self.exposure {
            let IngressGateway { name, .. } = &self.gateway;
            let host = self.gateway.host(output.conventions);
            output.add(self.origin, certificate_of(name, issuer, vec![host.clone()]));
            let policy = backend_tls_policy(named(name), name, name.as_str(), host);
            output.add(self.origin, policy);
        }
    }
}
