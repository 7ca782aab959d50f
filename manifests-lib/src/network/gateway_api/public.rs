//! The gateway that everybody reaches, and its way to services of the mesh.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::rc::Rc;

use custom_resources::cert_manager::v1 as cert_manager;
use custom_resources::istio::networking::v1 as istio;
use custom_resources::k8s::networking::gateway::v1 as api;
use custom_resources::nginx::gateway::v1alpha1 as nginx;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::api::policy::v1 as policy;

use super::gateway::{GatewaySpec, GatewayState, PlainTextPart, Visibility};
use super::options::{Cors, HttpMethod, Redirect, Share};
use super::public_route::{Backend, PublicRoute, To};
use crate::model::bundle::Bundle;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::network::mesh::{GatewayRouteHandle, IngressGateway};
use crate::network::protocol::{Http, Http2, RequestProtocol};
use crate::network::service::{Service, ServicePort};
use crate::values::{Host, Name, NodePort, Port, Seconds, UrlPath};

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
/// Becomes an HTTPRoute, or a GRPCRoute, beside the public gateway; a Gateway, a VirtualService and a DestinationRule of the mesh
/// beside the service, which admits the ingress gateway; and a port of the ingress gateway, of the Service's own number.
///
/// Upstream: <https://gateway-api.sigs.k8s.io/api-types/httproute/>
#[derive(Clone, Debug)]
pub struct Route {
    /// Name of the HTTPRoute: `name!("customers")`.
    pub name: Name,
    /// Host that requests name. It becomes a name of the gateway's certificate. `host!("api.example.com")`.
    pub host: Host,
    /// First part of their paths; `/` for all. A service of gRPC has all, or whole methods such as `/shop.Cart/AddItem`.
    /// `url_path!("/customers")`.
    pub path: UrlPath,
    /// Port on every node for the ingress gateway's port, where that gateway is reached by node ports: `node_port!(30001)`.
    pub node_port: NodePort,
}

/// A protocol whose requests have paths and methods of HTTP.
#[diagnostic::on_unimplemented(
    message = "a route of `{Self}` cannot say this: NGINX takes it of HTTP alone",
    label = "not for calls of gRPC",
    note = "calls are told apart by their methods and headers: `path(url_path!(\"/shop.Cart/AddItem\"))`, `header(…)`"
)]
pub trait HttpProtocol: RequestProtocol {}

impl HttpProtocol for Http {}
impl HttpProtocol for Http2 {}

/// The way of a route through an ingress gateway of the mesh.
pub enum ThroughMesh {}

/// The way of a route to a Service itself.
pub enum Direct {}

/// A [`Route`] of a service, or a [`DirectRoute`](super::DirectRoute).
///
/// What it does not offer NGINX Gateway Fabric does not do: it ignores timeouts and retries of an HTTPRoute.
/// [`response_timeout`](Self::response_timeout) is a policy of its own; retries belong to the mesh behind it.
///
/// Upstream: <https://docs.nginx.com/nginx-gateway-fabric/overview/gateway-api-compatibility/>
pub struct RouteHandle<P, W = ThroughMesh> {
    pub(super) state: Rc<PublicRoute>,
    pub(super) beside_gateway: Made,
    pub(super) beside_service: Made,
    pub(super) rule: Made,
    pub(super) way: PhantomData<(P, W)>,
}

patchable! {
    /// ```
    /// # use custom_resources::k8s::networking::gateway::v1 as gateway;
    /// # use manifests_lib::network::Http;
    /// # use manifests_lib::network::gateway_api::RouteHandle;
    /// # fn example(route: &RouteHandle<Http>) {
    /// route.patch(|route: &mut gateway::HTTPRoute| {
    ///     let example = ("example.com/owner".to_owned(), "shop".to_owned());
    ///     route.metadata.annotations.get_or_insert_default().extend([example]);
    /// });
    /// # }
    /// ```
    ///
    /// Several routes of a service through one ingress gateway have the same objects of the mesh.
    ///
    impl [P] RouteHandle<P> {
        beside_gateway: api::HTTPRoute, api::GRPCRoute, nginx::ProxySettingsPolicy;
        beside_service: istio::Gateway, istio::VirtualService;
        rule: istio::DestinationRule;
    }
}

patchable! {
    /// A service of the gateway's own namespace has no ReferenceGrant.
    ///
    impl [P] RouteHandle<P, Direct> {
        beside_gateway: api::HTTPRoute, api::GRPCRoute, nginx::ProxySettingsPolicy;
        beside_service: api::ReferenceGrant;
    }
}

impl<P, W> Clone for RouteHandle<P, W> {
    fn clone(&self) -> Self {
        Self {
            state: Rc::clone(&self.state),
            beside_gateway: self.beside_gateway.clone(),
            beside_service: self.beside_service.clone(),
            rule: self.rule.clone(),
            way: PhantomData,
        }
    }
}

impl<P, W> RouteHandle<P, W> {
    /// Takes requests for another host, too. It becomes a name of the gateway's certificate.
    pub fn host(&self, host: Host) {
        self.state.hosts.borrow_mut().push(host);
    }

    /// Takes requests for another path, too.
    pub fn path(&self, path: UrlPath) {
        self.state.paths.borrow_mut().push(path);
    }

    /// Takes requests with this header and value alone: `header("X-Version", "2")`. With several, requests have all of them.
    pub fn header(&self, name: &str, value: &str) {
        self.state.headers.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    /// How long the gateway waits for the next part of an answer of this route, in place of what its limits say: `seconds(120)`.
    ///
    /// Becomes a ProxySettingsPolicy of the route. Calls of gRPC are not bound by it, nor by the limits of the gateway: a stream on which
    /// nothing comes for 60 seconds, NGINX's own rule, is cut. Let the service send something more often.
    #[track_caller]
    pub fn response_timeout(&self, time: Seconds)
    where
        P: HttpProtocol,
    {
        self.state.response_timeout.set(Some((time, Origin::here())));
    }

    /// Takes requests for the paths as they are, and not for what is below them.
    pub fn exact(&self)
    where
        P: HttpProtocol,
    {
        self.state.exact.set(true);
    }

    /// Takes requests of this method alone: `method(HttpMethod::Get)`.
    pub fn method(&self, method: HttpMethod)
    where
        P: HttpProtocol,
    {
        self.state.method.set(Some(method));
    }

    /// Gives the service this in place of the route's path, and what is below it as it was: `rewrite(url_path!("/"))`.
    pub fn rewrite(&self, path: UrlPath)
    where
        P: HttpProtocol,
    {
        *self.state.rewrite.borrow_mut() = Some(path);
    }

    /// Lets pages of other hosts call the route from browsers.
    ///
    /// The build reports it beside a [`method`](Self::method) or [`header`](Self::header): what browsers ask beforehand has neither.
    pub fn cors(&self, cors: Cors)
    where
        P: HttpProtocol,
    {
        *self.state.cors.borrow_mut() = Some(cors);
    }
}

/// A [`Redirect`] of a gateway.
#[derive(Clone)]
pub struct RedirectHandle {
    made: Made,
}

patchable! {
    RedirectHandle { made: api::HTTPRoute; }
}

impl Bundle {
    /// Makes a gateway that everybody reaches.
    ///
    /// The build reports a gateway without a route.
    #[track_caller]
    #[must_use = "a gateway without a route is refused"]
    pub fn public_gateway(&self, spec: GatewaySpec<'_>) -> PublicGateway {
        let visibility = Visibility::Public {
            routes: RefCell::default(),
            grants: RefCell::default(),
            plain: Cell::default(),
        };
        let state = Rc::new(GatewayState::new(Origin::here(), self, spec, visibility));
        let made = self.push(Rc::clone(&state));
        PublicGateway { state, made }
    }
}

impl PublicGateway {
    /// Sends requests in plain text, to port 80, to the same URL by HTTPS. Without it, the gateway does not answer there.
    ///
    /// Becomes a listener of the Gateway, and an HTTPRoute. With an exposure by node ports, port 80 gets one of the cluster's
    /// choice.
    #[track_caller]
    pub fn redirect_plain_text(&self) -> RedirectHandle {
        let origin = Origin::here();
        if let Visibility::Public { plain, .. } = &self.state.visibility {
            plain.set(true);
        }
        let gateway = Rc::clone(&self.state);
        RedirectHandle { made: self.state.bundle.push(PlainTextPart { origin, gateway }) }
    }

    pub(super) fn state(&self) -> Rc<GatewayState> {
        Rc::clone(&self.state)
    }

    /// The way from the gateway into the mesh. Without one, it leads [to services](Self::to_services) themselves.
    #[must_use]
    pub fn into_mesh(&self, ingress: &IngressGateway) -> PublicEntrance {
        PublicEntrance { gateway: Rc::clone(&self.state), ingress: ingress.clone() }
    }
}

impl PublicEntrance {
    /// Gives a service a public URL.
    ///
    /// The build reports two routes for one host and path. HTTP/2 becomes HTTP/1.1 up to the mesh's gateway.
    #[track_caller]
    pub fn route<P: RequestProtocol>(&self, service: &Service<P>, route: Route) -> RouteHandle<P> {
        let Route { name, host, path, node_port } = route;
        let origin = Origin::here();
        let service = service.state();
        self.refuse_foreign(&service, origin);
        let GatewayRouteHandle { entry: beside_service, rule } =
            self.ingress.open(origin, &service, node_port);
        let to = To::Services {
            ingress: Some(self.ingress.clone()),
            protocol: P::NAME,
            backends: RefCell::new(vec![self.backend(service.port())]),
        };
        let bundle = service.component().bundle.name.clone();
        let state = Rc::new(PublicRoute::new(origin, bundle, name, (host, path), to));
        let beside_gateway = self.gateway.take(Rc::clone(&state));
        RouteHandle { state, beside_gateway, beside_service, rule, way: PhantomData }
    }

    /// Gives another service a share of a route's requests, such as a new version; the route's own keeps the rest.
    ///
    /// Becomes a port of the ingress gateway and what belongs to it, as a [`Route`] does.
    #[track_caller]
    pub fn share<P: RequestProtocol>(
        &self,
        route: &RouteHandle<P>,
        service: &Service<P>,
        share: Share,
    ) -> GatewayRouteHandle {
        let Share { percent, node_port } = share;
        let (origin, service) = (Origin::here(), service.state());
        self.refuse_foreign(&service, origin);
        let opened = self.ingress.open(origin, &service, node_port);
        route.state.share(percent, self.backend(service.port()));
        opened
    }

    /// Sends clients of a public URL to another one.
    ///
    /// The build reports a host and path that has a route already, and a redirect that takes what it leads to.
    #[track_caller]
    pub fn redirect(&self, to: Redirect) -> RedirectHandle {
        redirect(Origin::here(), &self.gateway, to)
    }

    fn refuse_foreign(&self, service: &ServicePort, origin: Origin) {
        let what = format!("the Service {}", service.service().name());
        let bundle = self.gateway.bundle.state();
        bundle.refuse_foreign(what, &service.component().bundle, origin);
    }

    fn backend(&self, port: Port) -> Backend {
        let IngressGateway { name, namespace, .. } = &self.ingress;
        Backend { namespace: namespace.clone(), service: name.to_string(), port, weight: 1 }
    }
}

pub(super) fn redirect(
    origin: Origin,
    gateway: &Rc<GatewayState>,
    redirect: Redirect,
) -> RedirectHandle {
    let Redirect { name, host, path, to, status } = redirect;
    let bundle = gateway.bundle.name().clone();
    let to = To::Url { to, status };
    let route = PublicRoute::new(origin, bundle, name, (host, path), to);
    RedirectHandle { made: gateway.take(Rc::new(route)) }
}
