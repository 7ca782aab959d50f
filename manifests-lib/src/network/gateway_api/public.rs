//! The gateway that everybody reaches: it leads to services of the mesh.

use std::cell::RefCell;
use std::rc::Rc;

use super::gateway::{GatewaySpec, GatewayState, Visibility};
use super::route::PublicRoute;
use crate::model::bundle::Bundle;
use crate::model::origin::Origin;
use crate::network::mesh::IngressGateway;
use crate::network::service::{RequestProtocol, Service};
use crate::values::{Host, Name, NodePort, UrlPath};

/// A gateway that everybody on the internet reaches, where the environment has a load balancer.
#[derive(Clone)]
pub struct PublicGateway {
    state: Rc<GatewayState>,
}

/// A [`PublicGateway`] and the gateway by which its requests enter the mesh, where services admit nobody else from outside.
#[derive(Clone)]
pub struct PublicEntrance {
    gateway: Rc<GatewayState>,
    ingress: IngressGateway,
}

/// A public URL of a service: requests for a host below a path.
///
/// Becomes an HTTPRoute beside the public gateway; a Gateway, a VirtualService and a DestinationRule of the mesh beside the
/// service, which admits the ingress gateway; and a port of the ingress gateway, of the Service's own number.
///
/// Upstream: <https://gateway-api.sigs.k8s.io/api-types/httproute/>
#[derive(Clone, Debug)]
pub struct Route {
    /// Name of the HTTPRoute.
    pub name: Name,
    /// Host that requests name. It becomes a name of the gateway's certificate.
    pub host: Host,
    /// First part of their paths; `/` for all.
    pub path: UrlPath,
    /// Port on every node for the ingress gateway's port, where that gateway is reached by node ports.
    pub node_port: NodePort,
}

impl Bundle {
    /// Makes a gateway that everybody reaches.
    ///
    /// The build reports a gateway without a route.
    #[track_caller]
    #[must_use = "a gateway without a route is refused"]
    pub fn public_gateway(&self, spec: GatewaySpec<'_>) -> PublicGateway {
        let visibility = Visibility::Public { routes: RefCell::default() };
        let state = Rc::new(GatewayState::new(Origin::here(), self, spec, visibility));
        self.push(Rc::clone(&state));
        PublicGateway { state }
    }
}

impl PublicGateway {
    /// The way from the gateway into the mesh.
    #[must_use]
    pub fn into_mesh(&self, ingress: &IngressGateway) -> PublicEntrance {
        PublicEntrance { gateway: Rc::clone(&self.state), ingress: ingress.clone() }
    }
}

impl PublicEntrance {
    /// Gives a service a public URL.
    ///
    /// The build reports two routes for one host and path.
    #[track_caller]
    pub fn route<P: RequestProtocol>(&self, service: &Service<P>, route: Route) {
        let Route { name, host, path, node_port } = route;
        let origin = Origin::here();
        let service = service.state();
        let Visibility::Public { routes } = &self.gateway.visibility else {
            return;
        };
        self.ingress.open(origin, &service, node_port);
        let port = service.port();
        let ingress = self.ingress.clone();
        let bundle = service.component().bundle.name.clone();
        routes.borrow_mut().push(PublicRoute { origin, bundle, name, host, path, ingress, port });
    }
}
