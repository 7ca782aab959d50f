//! The service mesh: who may call whom, and how requests find their way.

mod authorization;
mod dns_capture;
mod egress;
mod external_service;
mod gateway;
mod gateway_service;
mod namespace_rules;
mod route;
mod sidecar;

use crate::model::namespace::Namespace;

pub use egress::{Egress, EgressGateway, EgressHandle};
pub use gateway::{GatewayPort, GatewayRoute, IngressGateway};
pub use gateway_service::{Exposure, GatewayService};
pub use namespace_rules::MERGED_METRICS;

pub(crate) use authorization::{Caller, admit};
pub(crate) use external_service::external_service;
pub(crate) use gateway::{OpenedPort, conflicting_ports};
pub(crate) use route::require_mutual_tls;
pub(crate) use sidecar::limit_proxy;

/// `exportTo` of what only its own namespace sees.
pub(crate) fn own_namespace() -> Vec<String> {
    vec![".".to_owned()]
}

/// `exportTo` of what its own namespace and a gateway's see.
fn own_and(namespace: &Namespace) -> Vec<String> {
    vec![".".to_owned(), namespace.to_string()]
}
