//! The service mesh: who may call whom, and how requests find their way.

mod authorization;
mod connection;
mod destination_rule;
mod dns_capture;
mod egress_gateway;
mod external_service;
mod gateway;
mod gateway_objects;
mod ingress_gateway;
mod namespace_rules;
mod outside;
mod port_route;
mod retries;
mod route;
mod sidecar;
mod sidecar_policy;
mod traffic_policy;

use crate::model::namespace::Namespace;

pub use egress_gateway::{EgressGateway, EgressGatewayHandle, EgressGatewaySpec};
pub use gateway::{GatewayPort, GatewayRoute, GatewayRouteHandle, IngressGateway};
pub use ingress_gateway::{Exposure, IngressGatewayHandle, IngressGatewaySpec};
pub use namespace_rules::{DefaultDenyHandle, MERGED_METRICS};
pub use outside::{
    ConnectionProtocol, ExternalService, ExternalServiceHandle, OutsideProtocol, Way,
};
pub use port_route::MeshRequests;
pub use retries::{GrpcRetryOn, HttpRetryOn, Retried, Retries, RetryCondition};
pub use route::MeshRouteHandle;
pub use sidecar_policy::SidecarPolicyHandle;
pub use traffic_policy::{ConnectionLimits, OutlierDetection};

pub(crate) use authorization::{Admitted, Caller, admit};
pub(crate) use connection::ConnectionFact;
pub(crate) use external_service::{external_service, own_servers};
pub(crate) use gateway::{OpenedPort, conflicting_ports};
pub(crate) use ingress_gateway::RoutedHost;
pub(crate) use port_route::PortRoute;
pub(crate) use route::{Routes, require_mutual_tls};
pub(crate) use sidecar::limit_proxy;

/// Whether the proxy of a pod listens on a port itself, or might.
///
/// Upstream: <https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio>
pub(crate) fn is_of_proxy(port: i32) -> bool {
    (15000..=15090).contains(&port)
}

/// `exportTo` of what only its own namespace sees.
pub(crate) fn own_namespace() -> Vec<String> {
    vec![".".to_owned()]
}

/// `exportTo` of what its own namespace and a gateway's see.
fn own_and(namespace: &Namespace) -> Vec<String> {
    vec![".".to_owned(), namespace.to_string()]
}
