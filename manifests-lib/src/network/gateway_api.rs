//! Gateways of the Gateway API: where people and other systems reach the cluster, before the mesh begins.
//!
//! A gateway is [`Public`] or [`Internal`] by its type. A web UI without a login of its own is a [`WebUiRoute`], which
//! takes an internal one only.
//!
//! Upstream: <https://gateway-api.sigs.k8s.io/>

mod aws;
mod gateway;
mod nginx;
mod route;

use crate::model::namespace::Namespace;
use crate::values::{Name, NodePort};

pub use gateway::GatewaySpec;
pub use nginx::Limits;
pub use route::{HttpRoute, WebUiRoute};

/// A gateway as others refer to it: the visibility is a part of its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway<A> {
    /// Name of the Gateway.
    pub name: Name,
    /// Where it lives, and most of its routes with it.
    pub namespace: Namespace,
    /// Other namespaces whose routes it takes.
    pub routes_from: &'static [Namespace],
    /// The GatewayClass: which controller makes the gateway.
    pub class: Name,
    /// Who reaches it: [`Public`] or [`Internal`].
    pub visibility: A,
}

/// Everybody on the internet, where the environment has a load balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Public;

/// Who is in the network of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Internal;

/// Who reaches a gateway.
pub trait Visibility: sealed::Sealed {
    /// What AWS calls it.
    #[doc(hidden)]
    const SCHEME: &'static str;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Public {}
    impl Sealed for super::Internal {}
}

impl Visibility for Public {
    const SCHEME: &'static str = "internet-facing";
}

impl Visibility for Internal {
    const SCHEME: &'static str = "internal";
}

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

/// The API group of gateways and routes.
const GROUP: &str = "gateway.networking.k8s.io";
