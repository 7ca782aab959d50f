//! The way from a gateway to Services themselves, where no mesh is between.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::rc::Rc;

use custom_resources::k8s::networking::gateway::v1 as api;

use super::gateway::{GatewayState, Visibility};
use super::options::Redirect;
use super::public::{Direct, PublicGateway, RedirectHandle, RouteHandle, redirect};
use super::public_route::{Backend, PublicRoute, To};
use super::route::{self, Parent};
use crate::model::bundle::{Output, Part};
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::network::mesh::Caller;
use crate::network::protocol::{Grpc, Http, RequestProtocol};
use crate::network::service::{Service, ServicePort, ServiceState};
use crate::values::{Host, Name, UrlPath};

/// A [`PublicGateway`] whose routes lead to Services themselves, on a platform [without a mesh](crate::model::Mesh::None).
#[derive(Clone)]
pub struct DirectEntrance {
    gateway: Rc<GatewayState>,
}

/// A public URL of a service: requests for a host below a path, which the gateway sends to the service's pods in plain text.
///
/// Becomes an HTTPRoute, or a GRPCRoute, beside the public gateway; beside a service of another namespace a ReferenceGrant; and the
/// gateway's pods are admitted by the service's NetworkPolicy.
///
/// Upstream: <https://gateway-api.sigs.k8s.io/api-types/httproute/>
#[derive(Clone, Debug)]
pub struct DirectRoute {
    /// Name of the HTTPRoute: `name!("customers")`.
    pub name: Name,
    /// Host that requests name. It becomes a name of the gateway's certificate. `host!("api.example.com")`.
    pub host: Host,
    /// First part of their paths; `/` for all. A service of gRPC has all, or whole methods such as `/shop.Cart/AddItem`.
    /// `url_path!("/customers")`.
    pub path: UrlPath,
}

/// What a gateway speaks to a Service itself.
#[diagnostic::on_unimplemented(
    message = "a gateway does not speak `{Self}` to a Service itself",
    label = "NGINX would send HTTP/1.1",
    note = "expose the container by `expose_http` where it speaks HTTP/1.1, too, or by `expose_grpc` where it speaks gRPC"
)]
pub trait DirectProtocol: RequestProtocol {}

impl DirectProtocol for Http {}
impl DirectProtocol for Grpc {}

/// What lets a gateway lead to a Service of another namespace.
#[derive(Clone)]
pub struct GrantHandle {
    made: Made,
}

patchable! {
    GrantHandle { made: api::ReferenceGrant; }
}

impl PublicGateway {
    /// The way from the gateway to Services themselves, on a platform without a mesh.
    #[must_use]
    pub fn to_services(&self) -> DirectEntrance {
        DirectEntrance { gateway: self.state() }
    }
}

impl DirectEntrance {
    /// Gives a service a public URL.
    ///
    /// The build reports two routes for one host and path, and a platform with a mesh: its services know callers by identities, and
    /// the gateway has none.
    #[track_caller]
    pub fn route<P: DirectProtocol>(
        &self,
        service: &Service<P>,
        route: DirectRoute,
    ) -> RouteHandle<P, Direct> {
        let DirectRoute { name, host, path } = route;
        let (origin, service) = (Origin::here(), service.state());
        let beside_service = self.lead(origin, &service);
        let to = To::Services {
            ingress: None,
            protocol: P::NAME,
            backends: RefCell::new(vec![backend(&service)]),
        };
        let bundle = service.component().bundle.name.clone();
        let state = Rc::new(PublicRoute::new(origin, bundle, name, (host, path), to));
        let beside_gateway = self.gateway.take(Rc::clone(&state));
        let rule = beside_service.clone();
        RouteHandle { state, beside_gateway, beside_service, rule, way: PhantomData }
    }

    /// Gives another service so many of a hundred of a route's requests, from 1 to 99, such as a new version; the route's own keeps the
    /// rest: `share(&route, &next, 10)`.
    #[track_caller]
    pub fn share<P: DirectProtocol>(
        &self,
        route: &RouteHandle<P, Direct>,
        service: &Service<P>,
        percent: u8,
    ) -> GrantHandle {
        let service = service.state();
        route.state.share(percent, backend(&service));
        GrantHandle { made: self.lead(Origin::here(), &service) }
    }

    /// Sends clients of a public URL to another one.
    ///
    /// The build reports a host and path that has a route already, and a redirect that takes what it leads to.
    #[track_caller]
    pub fn redirect(&self, to: Redirect) -> RedirectHandle {
        redirect(Origin::here(), &self.gateway, to)
    }

    /// The service admits the gateway, and lets its routes lead here.
    fn lead(&self, origin: Origin, service: &ServicePort) -> Made {
        let Self { gateway } = self;
        let state = service.service();
        let what = format!("the Service {}", state.name());
        gateway.bundle.state().refuse_foreign(what, &state.component().bundle, origin);
        if state.component().conventions().has_mesh() {
            state.component().bundle.error(BuildError::new(
                Rule::GatewayOutsideMesh,
                origin,
                format!(
                    "the gateway {} would lead to {} itself, whose proxies admit callers by their identity in the mesh, and the gateway \
                     has none: lead through an ingress gateway of the mesh (`gateway.into_mesh(&ingress)`)",
                    gateway.parent.name,
                    state.name()
                ),
            ));
        }
        let pods = gateway.pods();
        service.admit(Caller {
            namespace: pods.namespace,
            // Without a mesh nobody asks for it.
            service_account: String::new(),
            pod_labels: pods.labels,
        });
        let kind = if service.protocol() == GRPC { "GRPCRoute" } else { "HTTPRoute" };
        gateway.granted_by(origin, state, kind)
    }
}

const GRPC: &str = <Grpc as crate::network::protocol::Protocol>::NAME;

fn backend(service: &ServicePort) -> Backend {
    let state = service.service();
    Backend {
        namespace: state.namespace().clone(),
        service: state.name(),
        port: service.port(),
        weight: 1,
    }
}

/// What a Service lets lead to it.
pub(super) struct Grant {
    origin: Origin,
    gateway: Parent,
    service: Rc<ServiceState>,
    /// The kinds of routes.
    kinds: RefCell<BTreeSet<&'static str>>,
}

impl GatewayState {
    /// The Service lets routes of this kind lead to it, beside those that it lets already.
    fn granted_by(&self, origin: Origin, service: &Rc<ServiceState>, kind: &'static str) -> Made {
        let Visibility::Public { grants, .. } = &self.visibility else {
            unreachable!("an internal gateway has no entrance")
        };
        let mut grants = grants.borrow_mut();
        if let Some((grant, made)) =
            grants.iter().find(|(grant, _)| Rc::ptr_eq(&grant.service, service))
        {
            grant.kinds.borrow_mut().insert(kind);
            return made.clone();
        }
        let grant = Rc::new(Grant {
            origin,
            gateway: self.parent.clone(),
            service: Rc::clone(service),
            kinds: RefCell::new(BTreeSet::from([kind])),
        });
        let made = service.component().bundle.push(Rc::clone(&grant));
        grants.push((grant, made.clone()));
        made
    }
}

impl Part for Grant {
    fn build(&self, output: &mut Output<'_>) {
        let Self { origin, gateway, service, kinds } = self;
        if *service.namespace() != gateway.namespace {
            let kinds = kinds.borrow().clone();
            let grant = route::grant(gateway, service.namespace(), &service.name(), kinds);
            output.add(*origin, grant);
        }
    }
}
