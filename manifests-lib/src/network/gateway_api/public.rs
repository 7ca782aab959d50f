//! The gateway that everybody reaches: it leads to services of the mesh.

use std::cell::RefCell;
use std::rc::Rc;

use custom_resources::cert_manager::v1 as cert_manager;
use custom_resources::istio::networking::v1 as istio;
use custom_resources::k8s::networking::gateway::v1 as api;
use custom_resources::nginx::gateway::v1alpha1 as nginx;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::api::policy::v1 as policy;

use super::gateway::{GatewaySpec, GatewayState, Visibility};
use super::route::{PublicRoute, PublicRoutePart};
use crate::model::bundle::Bundle;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::network::mesh::{GatewayRouteHandle, IngressGateway};
use crate::network::protocol::RequestProtocol;
use crate::network::service::Service;
use crate::values::{Host, Name, NodePort, UrlPath};

/// A gateway that everybody on the internet reaches, where the environment has a load balancer.
#[derive(Clone)]
pub struct PublicGateway {
    state: Rc<GatewayState>,
    made: Made,
}

patchable! {
    PublicGateway {
        made: api::Gateway, cert_manager::Certificate, networking::NetworkPolicy, policy::PodDisruptionBudget,
            nginx::ClientSettingsPolicy, nginx::ProxySettingsPolicy, nginx::RateLimitPolicy,
            api::ReferenceGrant;
    }
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
    /// Name of the HTTPRoute: `name!("customers")`.
    pub name: Name,
    /// Host that requests name. It becomes a name of the gateway's certificate. `host!("api.example.com")`.
    pub host: Host,
    /// First part of their paths; `/` for all. `url_path!("/customers")`.
    pub path: UrlPath,
    /// Port on every node for the ingress gateway's port, where that gateway is reached by node ports: `node_port!(30001)`.
    pub node_port: NodePort,
}

/// A [`Route`] of a service.
#[derive(Clone)]
pub struct RouteHandle {
    beside_gateway: Made,
    beside_service: Made,
}

patchable! {
    /// ```
    /// # use custom_resources::k8s::networking::gateway::v1 as gateway;
    /// # use manifests_lib::network::gateway_api::RouteHandle;
    /// # fn example(route: &RouteHandle) {
    /// route.patch(|route: &mut gateway::HTTPRoute| {
    ///     let example = ("example.com/owner".to_owned(), "shop".to_owned());
    ///     route.metadata.annotations.get_or_insert_default().extend([example]);
    /// });
    /// # }
    /// ```
    ///
    /// Several routes of a service through one ingress gateway have the same objects of the mesh.
    ///
    RouteHandle {
        beside_gateway: api::HTTPRoute;
        beside_service: istio::Gateway, istio::VirtualService, istio::DestinationRule;
    }
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
        let made = self.push(Rc::clone(&state));
        PublicGateway { state, made }
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
    pub fn route<P: RequestProtocol>(&self, service: &Service<P>, route: Route) -> RouteHandle {
        let Route { name, host, path, node_port } = route;
        let origin = Origin::here();
        let service = service.state();
        let GatewayRouteHandle { made: beside_service } =
            self.ingress.open(origin, &service, node_port);
        let port = service.port();
        let ingress = self.ingress.clone();
        let bundle = service.component().bundle.name.clone();
        let route = Rc::new(PublicRoute { origin, bundle, name, host, path, ingress, port });
        if let Visibility::Public { routes } = &self.gateway.visibility {
            routes.borrow_mut().push(Rc::clone(&route));
        }
        let gateway = self.gateway.parent.clone();
        let beside_gateway = self.gateway.bundle.push(PublicRoutePart { gateway, route });
        RouteHandle { beside_gateway, beside_service }
    }
}
