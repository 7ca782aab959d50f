//! Routes: how requests find a service's pods.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

use custom_resources::istio::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::destination_rule::{DestinationRulePart, namespaces_of_callers};
use super::gateway::IngressGateway;
use super::port_route::{MeshRequests, said_twice};
use super::retries::{Retried, Retries};
use super::traffic_policy::{ConnectionLimits, OutlierDetection};
use crate::model::bundle::{Output, Part};
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::network::protocol::{Grpc, Http, Http2, RequestProtocol};
use crate::network::service::{Service, ServicePort, ServiceState};
use crate::values::{GrpcMethod, Milliseconds, Port, UrlPath};

/// A route inside the mesh, of [`Service::mesh_route`]. What it says is done by the proxy beside each caller.
#[derive(Clone)]
pub struct MeshRouteHandle<P> {
    port: ServicePort,
    protocol: PhantomData<P>,
    route: Made,
    rule: Made,
}

patchable! {
    /// ```
    /// # use custom_resources::istio::networking::v1 as istio;
    /// # use manifests_lib::network::{Http, Service};
    /// # fn example(service: &Service<Http>) {
    /// service.mesh_route().patch(|route: &mut istio::VirtualService| {
    ///     let requests = route.spec.iter_mut().flat_map(|spec| spec.http.iter_mut().flatten());
    ///     requests.for_each(|request| request.name = Some("all".to_owned()));
    /// });
    /// # }
    /// ```
    ///
    /// Routes of several ports of a Service have the same objects.
    ///
    impl [P] MeshRouteHandle<P> { route: networking::VirtualService; rule: networking::DestinationRule; }
}

/// The objects of the mesh that the ports of a Service share: of two for one host, the mesh would take one.
#[derive(Default)]
pub(crate) struct Routes {
    mesh: RefCell<Option<Made>>,
    gateways: RefCell<Vec<(IngressGateway, Made)>>,
    rule: RefCell<Option<Made>>,
}

impl Routes {
    /// The gateways that have a route to it.
    pub(super) fn gateways(&self) -> Vec<IngressGateway> {
        self.gateways.borrow().iter().map(|(gateway, _)| gateway.clone()).collect()
    }

    /// What a gateway has for it, made once; `push` hears whether it is the first that has.
    pub(super) fn of_gateway(
        &self,
        gateway: &IngressGateway,
        push: impl FnOnce(bool) -> Made,
    ) -> Made {
        let mut all = self.gateways.borrow_mut();
        if let Some((_, made)) = all.iter().find(|(other, _)| other == gateway) {
            return made.clone();
        }
        let made = push(all.is_empty());
        all.push((gateway.clone(), made.clone()));
        made
    }
}

impl<P> Service<P> {
    /// Routes requests inside the mesh to the port of the service: those of its own namespace and of those that its callers are in.
    /// The handle says how long an answer may take, what is sent again, and what is kept from pods that fail.
    ///
    /// Becomes a VirtualService and a DestinationRule, each one for all ports of the Service. The DestinationRule is for whoever
    /// calls, gateways too.
    ///
    /// ```
    /// # use manifests_lib::grpc_method;
    /// # use manifests_lib::network::mesh::{GrpcRetryOn, Retries};
    /// # use manifests_lib::network::{Grpc, Service};
    /// # use manifests_lib::values::{milliseconds, seconds};
    /// # fn example(payment: &Service<Grpc>) {
    /// let route = payment.mesh_route();
    /// route.timeout(seconds(5));
    /// route.retries(Retries {
    ///     attempts: 2,
    ///     per_try: milliseconds(800),
    ///     on: [GrpcRetryOn::Unavailable, GrpcRetryOn::ResourceExhausted],
    /// });
    /// // A card that is charged twice is worse than an error.
    /// route.method(grpc_method!("/hipstershop.PaymentService/Charge")).without_retries();
    /// # }
    /// ```
    ///
    /// Without a word, the mesh waits for an answer as long as the caller does, and sends a request again up to two times, at another
    /// pod, 25 ms later and more: what no pod has taken (`connect-failure`, `refused-stream`), and gRPC that was answered
    /// `UNAVAILABLE` or `CANCELLED`.
    ///
    /// Upstream: <https://istio.io/latest/docs/reference/config/networking/virtual-service/>
    #[track_caller]
    pub fn mesh_route(&self) -> MeshRouteHandle<P>
    where
        P: RequestProtocol,
    {
        let origin = Origin::here();
        let port = self.state();
        port.route().add();
        let service = port.service();
        let bundle = &service.component().bundle;
        let mut mesh = service.routes().mesh.borrow_mut();
        let route = mesh.get_or_insert_with(|| {
            bundle.push(MeshRoutePart { origin, service: Rc::clone(service) })
        });
        let route = route.clone();
        let rule = require_mutual_tls(origin, &port);
        MeshRouteHandle { port: port.clone(), protocol: PhantomData, route, rule }
    }
}

impl<P> MeshRouteHandle<P> {
    /// How long the caller waits for the whole answer, with all that is sent again, before a proxy answers 504 (gRPC: 4,
    /// `DEADLINE_EXCEEDED`, or 14, `UNAVAILABLE`, where the proxy beside the program ends it first): `seconds(5)`, `milliseconds(300)`.
    /// A stream is cut off then, too. Without it nothing ends a request but the caller.
    ///
    /// The build reports a time of 0, which Istio would take for no limit, and one that is said twice.
    #[track_caller]
    pub fn timeout(&self, time: impl Into<Milliseconds>) {
        self.port.route().all().set_timeout(Origin::here(), time.into());
    }

    /// What is sent again, and how often. A request may have been carried out although its answer failed: only what is safe to do
    /// twice may be sent again after more than [`HttpRetryOn::ConnectFailure`](super::HttpRetryOn::ConnectFailure) and
    /// [`RefusedStream`](super::HttpRetryOn::RefusedStream). What is not goes through a
    /// [method](Self::method) or [path](Self::path_prefix) of its own, [`without_retries`](MeshRequests::without_retries).
    ///
    /// The build reports no tries, no condition, and tries that the timeout cuts off.
    ///
    /// Upstream: <https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on>
    #[track_caller]
    pub fn retries<const N: usize>(&self, retries: Retries<P::RetryOn, N>)
    where
        P: Retried,
    {
        self.port.route().all().set_retries(Origin::here(), &retries);
    }

    /// Sends nothing again, not even what Istio sends again by itself.
    #[track_caller]
    pub fn without_retries(&self) {
        self.port.route().all().set_no_retries(Origin::here());
    }

    /// Keeps requests from a pod that has answered with server errors several times in a row, for a while.
    ///
    /// Becomes `outlierDetection` of the port in the DestinationRule: each caller's proxy counts for itself. Of gRPC, the statuses
    /// that read like a server error count, such as `UNAVAILABLE` and `INTERNAL`. Without it no pod is left out that its readiness
    /// probe calls ready.
    ///
    /// The build reports what is 0, and a share above 100.
    ///
    /// Upstream: <https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection>
    #[track_caller]
    pub fn outlier_detection(&self, detection: OutlierDetection) {
        let origin = Origin::here();
        detection.judge(origin, &self.port);
        if let Some(first) = self.port.route().detect_outliers(origin, detection) {
            self.refuse(said_twice("the detection of outliers", origin, first));
        }
    }

    /// Limits what each caller's proxy has under way to the service: what is above is answered 503 (gRPC: 14, `UNAVAILABLE`) at once.
    ///
    /// Becomes `connectionPool` of the port in the DestinationRule. Without it there are no limits.
    ///
    /// The build reports a limit of 0, which Istio would take for none.
    ///
    /// Upstream: <https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings>
    #[track_caller]
    pub fn connection_limits(&self, limits: ConnectionLimits) {
        let origin = Origin::here();
        limits.judge(origin, &self.port);
        if let Some(first) = self.port.route().limit(origin, limits) {
            self.refuse(said_twice("the limit of connections", origin, first));
        }
    }

    fn refuse(&self, mistake: BuildError) {
        self.port.component().bundle.error(mistake);
    }
}

impl MeshRouteHandle<Grpc> {
    /// The calls of one method, for a timeout and retries of their own: `grpc_method!("/hipstershop.PaymentService/Charge")`. What
    /// it does not say is as for all others.
    ///
    /// The build reports one that is routed twice.
    #[track_caller]
    pub fn method(&self, method: GrpcMethod) -> MeshRequests<Grpc> {
        self.port.route().method(Origin::here(), &self.port, method)
    }
}

impl MeshRouteHandle<Http> {
    /// The requests to a path and all below it, for a timeout and retries of their own: `url_path!("/reports")` is also for
    /// `/reports/2026`, not for `/reporters`. Of several prefixes the longest decides. What it does not say is as for all others.
    ///
    /// The build reports one that is routed twice, and `/`, which is all requests.
    #[track_caller]
    pub fn path_prefix(&self, path: UrlPath) -> MeshRequests<Http> {
        self.port.route().path_prefix(Origin::here(), &self.port, path)
    }
}

impl MeshRouteHandle<Http2> {
    /// The requests to a path and all below it, for a timeout and retries of their own: `url_path!("/reports")` is also for
    /// `/reports/2026`, not for `/reporters`. Of several prefixes the longest decides. What it does not say is as for all others.
    ///
    /// The build reports one that is routed twice, and `/`, which is all requests.
    #[track_caller]
    pub fn path_prefix(&self, path: UrlPath) -> MeshRequests<Http2> {
        self.port.route().path_prefix(Origin::here(), &self.port, path)
    }
}

struct MeshRoutePart {
    origin: Origin,
    service: Rc<ServiceState>,
}

impl Part for MeshRoutePart {
    fn build(&self, output: &mut Output<'_>) {
        let service = &self.service;
        let host = service.host();
        let ports: Vec<_> =
            service.ports().into_iter().filter(|it| it.route().is_added()).collect();
        let http = ports.iter().flat_map(|port| port.route().build(output, &host, port.port()));
        let http = http.collect();
        // Of a service behind a gateway, that one's has the name.
        let behind_gateway = !service.routes().gateways().is_empty();
        let kind = if behind_gateway { "mesh-virtual-service" } else { "virtual-service" };
        let reach = Reach {
            hosts: vec![host],
            gateway: "mesh".to_owned(),
            visible_in: namespaces_of_callers(service),
        };
        output.add(self.origin, virtual_service(service.metadata(kind), reach, http));
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

/// Routes for these hosts.
pub(super) fn virtual_service(
    metadata: ObjectMeta,
    reach: Reach,
    http: Vec<networking::VirtualServiceHttp>,
) -> networking::VirtualService {
    let Reach { hosts, gateway, visible_in } = reach;
    networking::VirtualService {
        metadata,
        spec: Some(networking::VirtualServiceSpec {
            export_to: Some(visible_in),
            gateways: Some(vec![gateway]),
            hosts: Some(hosts),
            http: Some(http),
            ..networking::VirtualServiceSpec::default()
        }),
    }
}

/// Makes callers of a service use mutual TLS, whatever they think of its pods. Once: its ports share the DestinationRule.
pub(crate) fn require_mutual_tls(origin: Origin, port: &ServicePort) -> Made {
    let service = port.service();
    let mut rule = service.routes().rule.borrow_mut();
    let made = rule.get_or_insert_with(|| {
        let shared = DestinationRulePart { origin, service: Rc::clone(service) };
        service.component().bundle.push(shared)
    });
    made.clone()
}

/// Sends requests to the port of a Service to a destination.
pub(super) fn to_port(port: Port) -> networking::HttpMatch {
    networking::HttpMatch { port: Some(port.into()), ..networking::HttpMatch::default() }
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
