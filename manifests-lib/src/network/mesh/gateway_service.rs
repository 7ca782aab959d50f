//! Services of gateways: their ports are those that the bundles open.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::egress::MUTUAL_TLS;
use crate::model::bundle::{Bundle, Output, Part};
use crate::model::label::label;
use crate::model::metadata::named;
use crate::model::origin::Origin;
use crate::network::mesh::{EgressGateway, GatewayPort, IngressGateway};
use crate::values::{Name, Port};

/// Where a load balancer asks whether the gateway's proxy is ready.
const STATUS: Port = port!(15021);

/// The Service of an ingress gateway: every [`GatewayPort`] of the platform that leads to it. Inside the cluster also 15021,
/// where it says whether it is ready; a port of every node for that would be open to everybody.
///
/// Upstream: <https://istio.io/latest/docs/setup/additional-setup/gateway/>
#[derive(Clone, Debug)]
pub struct GatewayService<'a> {
    /// The gateway.
    pub gateway: &'a IngressGateway,
    /// From where it is reached.
    pub exposure: Exposure,
}

/// From where an ingress gateway is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// From outside, through the port on every node that each [`GatewayRoute`](crate::network::mesh::GatewayRoute) names.
    NodePorts,
    /// From inside the cluster only, by what does stand outside.
    ClusterIp,
}

impl Bundle {
    /// Adds the Service of an ingress gateway.
    #[track_caller]
    pub fn gateway_service(&self, service: GatewayService<'_>) {
        let GatewayService { gateway, exposure } = service;
        self.push(IngressPart { origin: Origin::here(), gateway: gateway.clone(), exposure });
    }

    /// Adds the Service of an egress gateway: the port by which every [`Egress`](crate::network::mesh::Egress) reaches it, and 15021, where
    /// it says whether it is ready.
    #[track_caller]
    pub fn egress_gateway_service(&self, gateway: &EgressGateway) {
        self.push(EgressPart { origin: Origin::here(), gateway: gateway.clone() });
    }
}

struct IngressPart {
    origin: Origin,
    gateway: IngressGateway,
    exposure: Exposure,
}

impl IngressPart {
    fn leads_here(&self, port: &GatewayPort) -> bool {
        port.gateway == self.gateway.name && port.namespace == self.gateway.namespace
    }
}

impl Part for IngressPart {
    fn build(&self, output: &mut Output<'_>) {
        let opened: Vec<_> = output
            .declared
            .all::<GatewayPort>()
            .iter()
            .filter(|port| self.leads_here(port))
            .map(|opened| core::ServicePort {
                node_port: match self.exposure {
                    Exposure::NodePorts => Some(opened.node_port.number().into()),
                    Exposure::ClusterIp => None,
                },
                ..port(&opened.name, opened.port)
            })
            .collect();
        let IngressGateway { name, selector, .. } = &self.gateway;
        output.add(self.origin, service(name, selector, self.exposure, opened));
    }
}

struct EgressPart {
    origin: Origin,
    gateway: EgressGateway,
}

impl Part for EgressPart {
    fn build(&self, output: &mut Output<'_>) {
        let EgressGateway { name, selector, .. } = &self.gateway;
        let ports = vec![port("https", MUTUAL_TLS)];
        output.add(self.origin, service(name, selector, Exposure::ClusterIp, ports));
    }
}

fn service(
    name: &Name,
    selector: &Name,
    exposure: Exposure,
    opened: Vec<core::ServicePort>,
) -> core::Service {
    let pods: BTreeMap<String, String> = label("istio", selector);
    let (kind, external_traffic_policy, status) = match exposure {
        // Any node answers, wherever the pod runs.
        Exposure::NodePorts => ("NodePort", Some("Cluster".to_owned()), None),
        Exposure::ClusterIp => ("ClusterIP", None, Some(port(IngressGateway::STATUS_PORT, STATUS))),
    };
    let ports = status.into_iter().chain(opened).collect();
    core::Service {
        metadata: ObjectMeta { labels: Some(pods.clone()), ..named(name) },
        spec: Some(core::ServiceSpec {
            type_: Some(kind.to_owned()),
            external_traffic_policy,
            selector: Some(pods),
            ports: Some(ports),
            ..core::ServiceSpec::default()
        }),
        ..core::Service::default()
    }
}

/// A port on which the proxy listens under the same number.
fn port(name: &str, number: Port) -> core::ServicePort {
    core::ServicePort {
        name: Some(name.to_owned()),
        port: number.into(),
        target_port: Some(IntOrString::Int(number.into())),
        protocol: Some("TCP".to_owned()),
        ..core::ServicePort::default()
    }
}
