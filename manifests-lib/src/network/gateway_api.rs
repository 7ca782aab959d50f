//! Gateways of the Gateway API: where people and other systems reach the cluster, before the mesh begins.
//!
//! A [`PublicGateway`] takes routes to services of the mesh or, without one, to services themselves; a web UI, which may have no login of its own, is reached through
//! [`InternalAccess`] only.
//!
//! Upstream: <https://gateway-api.sigs.k8s.io/>

mod aws;
mod direct;
mod gateway;
mod internal;
mod nginx;
mod options;
mod public;
mod public_route;
mod redirects;
mod route;

use crate::model::origin::Origin;
use crate::values::{Name, NodePort};

pub use direct::{DirectEntrance, DirectProtocol, DirectRoute, GrantHandle};
pub use gateway::GatewaySpec;
pub use internal::{InternalAccess, InternalGateway, ServingCertificate};
pub use nginx::Limits;
pub use options::{Cors, HttpMethod, Origins, Redirect, RedirectStatus, RedirectTo, Share};
pub use public::{
    Direct, HttpProtocol, PublicEntrance, PublicGateway, RedirectHandle, Route, RouteHandle,
    ThroughMesh,
};

pub(crate) use route::backend_tls_policy;

/// How requests come to the pods of a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// Through a port of every node.
    NodePort(NodePort),
    /// Through a Network Load Balancer of AWS, which the AWS Load Balancer Controller makes. It passes TLS on as it is, and
    /// pods see the addresses of clients.
    ///
    /// Upstream: <https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/>
    NetworkLoadBalancer,
}

/// A port of every node that leads to a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayNodePort {
    /// Name of the gateway.
    pub gateway: Name,
    /// The port.
    pub port: NodePort,
    /// The line that opens it.
    pub origin: Origin,
}

/// The API group of gateways and routes.
const GROUP: &str = "gateway.networking.k8s.io";
