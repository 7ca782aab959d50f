//! Istio: the mesh and its gateways.

use manifests_lib::{EgressGateway, IngressGateway, Name, Namespace, name};

/// The tag of the control plane whose sidecars the namespaces get.
pub(crate) const REVISION: Name = name!("default");

/// Where the control plane runs.
pub(crate) const SYSTEM: Namespace = Namespace::new(name!("istio-system"));

/// Where requests from outside enter.
pub(crate) const INGRESS: IngressGateway = IngressGateway {
    name: name!("istio-ingressgateway"),
    namespace: Namespace::new(name!("istio-ingress")),
    selector: name!("ingressgateway"),
};

/// Where requests to the outside leave.
pub(crate) const EGRESS: EgressGateway = EgressGateway {
    name: name!("istio-egressgateway"),
    namespace: Namespace::new(name!("istio-egress")),
    selector: name!("egressgateway"),
};
