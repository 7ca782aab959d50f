//! Routes: how requests find a service's pods.

use std::rc::Rc;

use custom_resources::istio::networking::v1 as networking;

use super::own_namespace;
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::network::protocol::RequestProtocol;
use crate::network::service::{Service, ServiceState};
use crate::values::Port;

/// A route inside the mesh, of [`Service::mesh_route`].
#[derive(Clone)]
pub struct MeshRouteHandle {
    made: Made,
}

patchable! {
    /// ```
    /// # use custom_resources::istio::networking::v1 as istio;
    /// # use manifests_lib::network::{Http, Service};
    /// # fn example(service: &Service<Http>) {
    /// service.mesh_route().patch(|route: &mut istio::VirtualService| {
    ///     let requests = route.spec.iter_mut().flat_map(|spec| spec.http.iter_mut().flatten());
    ///     requests.for_each(|request| request.timeout = Some("5s".to_owned()));
    /// });
    /// # }
    /// ```
    ///
    MeshRouteHandle { made: networking::VirtualService, networking::DestinationRule; }
}

impl<P> Service<P> {
    /// Routes requests inside the mesh to the service; only its own namespace sees the route.
    ///
    /// Becomes a VirtualService and a DestinationRule.
    ///
    /// Upstream: <https://istio.io/latest/docs/reference/config/networking/virtual-service/>
    #[track_caller]
    pub fn mesh_route(&self) -> MeshRouteHandle
    where
        P: RequestProtocol,
    {
        let service = self.state();
        let bundle = Rc::clone(&service.component().bundle);
        MeshRouteHandle { made: bundle.push(MeshRoutePart { origin: Origin::here(), service }) }
    }
}

struct MeshRoutePart {
    origin: Origin,
    service: Rc<ServiceState>,
}

impl Part for MeshRoutePart {
    fn build(&self, output: &mut Output<'_>) {
        let reach = Reach {
            hosts: vec![self.service.host()],
            gateway: "mesh".to_owned(),
            visible_in: own_namespace(),
        };
        add(output, self.origin, &self.service, &reach);
    }
}

/// From where a route is taken.
pub(super) struct Reach {
    /// Hosts that requests name.
    pub(super) hosts: Vec<String>,
    /// Gateway that requests pass; `mesh` for sidecars.
    pub(super) gateway: String,
    /// Namespaces that see the route.
    pub(super) visible_in: Vec<String>,
}

/// The VirtualService and the DestinationRule of a service.
pub(super) fn add(output: &mut Output<'_>, origin: Origin, service: &ServiceState, reach: &Reach) {
    let (component, host, port) = (service.component(), service.host(), service.port());
    let request =
        networking::HttpMatch { port: Some(port.into()), ..networking::HttpMatch::default() };
    output.add(
        origin,
        networking::VirtualService {
            metadata: component.metadata("virtual-service"),
            spec: Some(networking::VirtualServiceSpec {
                export_to: Some(reach.visible_in.clone()),
                gateways: Some(vec![reach.gateway.clone()]),
                hosts: Some(reach.hosts.clone()),
                http: Some(vec![send(request, destination(host.clone(), port))]),
                ..networking::VirtualServiceSpec::default()
            }),
        },
    );
    output.add(origin, destination_rule(component, host, reach.visible_in.clone()));
}

/// Callers of a host use mutual TLS, whatever they think of its pods.
fn destination_rule(
    component: &Component,
    host: String,
    visible_in: Vec<String>,
) -> networking::DestinationRule {
    networking::DestinationRule {
        metadata: component.metadata("destination-rule"),
        spec: Some(networking::DestinationRuleSpec {
            export_to: Some(visible_in),
            traffic_policy: Some(networking::DestinationRuleTrafficPolicy {
                tls: Some(mutual_tls()),
                ..networking::DestinationRuleTrafficPolicy::default()
            }),
            ..networking::DestinationRuleSpec::required(host)
        }),
    }
}

/// Makes callers of a service that has no route of its own use mutual TLS.
pub(crate) fn require_mutual_tls(origin: Origin, service: Rc<ServiceState>) -> Made {
    let bundle = Rc::clone(&service.component().bundle);
    bundle.push(MutualTlsPart { origin, service })
}

struct MutualTlsPart {
    origin: Origin,
    service: Rc<ServiceState>,
}

impl Part for MutualTlsPart {
    fn build(&self, output: &mut Output<'_>) {
        if !output.conventions.has_mesh() {
            return;
        }
        let component = self.service.component();
        output.add(self.origin, destination_rule(component, self.service.host(), own_namespace()));
    }
}

/// Sends requests that match to a destination.
pub(super) fn send(
    request: networking::HttpMatch,
    destination: networking::Destination,
) -> networking::VirtualServiceHttp {
    networking::VirtualServiceHttp {
        match_: Some(vec![request]),
        route: Some(vec![networking::HttpRoute { destination, headers: None, weight: None }]),
        ..networking::VirtualServiceHttp::default()
    }
}

/// A port of a host.
pub(super) fn destination(host: String, port: Port) -> networking::Destination {
    networking::Destination { host, port: Some(number(port)), subset: None }
}

/// A port of a destination, by number.
pub(super) fn number(port: Port) -> networking::PortSelector {
    networking::PortSelector { number: Some(port.into()) }
}

/// TLS with the certificates of the mesh on both sides.
pub(super) fn mutual_tls() -> networking::TrafficPolicyTls {
    networking::TrafficPolicyTls {
        mode: Some(networking::ClientTlsMode::IstioMutual),
        ..networking::TrafficPolicyTls::default()
    }
}
