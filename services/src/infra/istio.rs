//! Istio: the mesh and its gateways.
//!
//! DNS capture is set by the ProxyConfig of the namespace that needs it (`app-shared`), not here: gateways have no use
//! for it.

mod base;
mod cni;
mod gateway;
mod istiod;
mod monitors;
mod parts;

use std::fmt::Debug;

use manifests_lib::model::{Namespace, PodSecurity};
use manifests_lib::network::mesh::{Exposure, IngressGateway};
use manifests_lib::network::{ClusterIssuer, ServiceRef};
use manifests_lib::prelude::*;

use parts::{CNI, EGRESS, INGRESS, REVISION, SYSTEM};

use super::shared::Infra;
use crate::site::{Aws, Laptop};

pub use parts::Revisions;

/// What differs between environments.
#[derive(Debug)]
pub struct Settings<K: Exposures> {
    /// The control planes that run.
    pub revisions: Revisions,
    /// Replicas of each control plane and of each gateway. From two on, a PodDisruptionBudget lets one at a time be evicted.
    pub replicas: u16,
    /// How the ingress gateway is exposed.
    pub ingress: K::Ingress,
}

/// The exposure of the ingress gateway in each kind of place.
pub trait Exposures {
    /// Its exposure.
    type Ingress: Into<Ingress> + Debug;
}

/// From where the ingress gateway is reached.
#[derive(Clone, Copy, Debug)]
pub enum Ingress {
    /// See [`NodePorts`].
    NodePorts,
    /// See [`ClusterIp`].
    ClusterIp,
}

/// Reachable from outside the cluster, on one node port per service.
#[derive(Debug)]
pub struct NodePorts;

/// Reachable only inside the cluster, by the API gateway alone and by TLS.
#[derive(Debug)]
pub struct ClusterIp;

impl Exposures for Laptop {
    type Ingress = NodePorts;
}

impl Exposures for Aws {
    type Ingress = ClusterIp;
}

impl From<NodePorts> for Ingress {
    fn from(NodePorts: NodePorts) -> Self {
        Self::NodePorts
    }
}

impl From<ClusterIp> for Ingress {
    fn from(ClusterIp: ClusterIp) -> Self {
        Self::ClusterIp
    }
}

/// The handles of the mesh for other modules.
pub(crate) struct Mesh {
    /// Namespace of the control plane.
    pub(crate) system: Namespace,
    /// Revision tag of the control plane that injects sidecars into namespaces.
    pub(crate) revision: Name,
    /// Entry of requests from outside.
    pub(crate) ingress: IngressGateway,
    /// Exit of requests to the outside.
    pub(crate) egress: EgressGateway,
}

/// Proxies send their traces to `traces`. `issuer` signs the certificate that the API gateway checks.
pub(crate) fn bundle<K: Exposures>(
    infra: &Infra,
    settings: Settings<K>,
    traces: &ServiceRef,
    issuer: &ClusterIssuer,
    prometheus: &Prometheus,
) -> Mesh {
    let Settings { revisions, replicas, ingress } = settings;
    let exposure = match ingress.into() {
        Ingress::NodePorts => Exposure::NodePorts,
        Ingress::ClusterIp => Exposure::ApiGateway { issuer: issuer.clone() },
    };
    infra.namespace(&SYSTEM, PodSecurity::Restricted);
    // The network plugin writes on the nodes.
    infra.namespace(&CNI, PodSecurity::Privileged);
    infra.meshed_namespace(&INGRESS.namespace, REVISION, PodSecurity::Restricted);
    infra.meshed_namespace(&EGRESS.namespace, REVISION, PodSecurity::Restricted);

    let istio = infra.team.applications(name!("istio"));
    let base = istio.bundle(name!("istio-base"), &SYSTEM);
    base::add(&base, &revisions);
    let stable = istio.bundle(name!("istio-istiod"), &SYSTEM);
    istiod::add_stable(&stable, &revisions, replicas, traces);
    istiod::admit(&stable, prometheus);
    cni::add(&istio.bundle(name!("istio-cni"), &CNI));
    let ingress_bundle = istio.bundle(INGRESS.name, &INGRESS.namespace);
    gateway::add_ingress(&ingress_bundle, replicas, exposure, prometheus);
    let egress_bundle = istio.bundle(EGRESS.name, &EGRESS.namespace);
    gateway::add_egress(&egress_bundle, replicas, prometheus);
    // The control plane's webhook fills in the image of the gateways' pods.
    ingress_bundle.after(&stable);
    egress_bundle.after(&stable);
    if let Revisions::Canary { .. } = revisions {
        let canary = istio.bundle(istiod::canary_name(), &SYSTEM);
        istiod::add_canary(&canary, replicas, traces);
        canary.after(&base);
    }
    monitors::add(prometheus);
    Mesh { system: SYSTEM, revision: REVISION, ingress: INGRESS, egress: EGRESS }
}
