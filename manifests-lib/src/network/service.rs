//! Services: the handle that routes, gateways and callers take.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::rc::Rc;

use custom_resources::istio::security::v1 as security;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::label::{Labels, SelectorLabels};
use crate::model::made_for::MadeFor;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::network::callable::{Callable, Endpoint};
use crate::network::mesh::{self, Caller, IngressGateway, OpenedPort};
use crate::network::outbound::{Destination, MeshHost, Receiver};
use crate::network::protocol::{Grpc, Http, Http2, Protocol, Tcp, Tls};
use crate::network::tool::Pods;
use crate::values::Port;
use crate::workload::{ContainerHandle, Exposable};

/// A Service by the protocol that it speaks. Routes, gateways and callers take it by reference; nobody repeats its name,
/// namespace or port.
///
/// Becomes a Service and, once somebody may call it, an AuthorizationPolicy and a NetworkPolicy that admit exactly those
/// callers.
///
/// Upstream: <https://kubernetes.io/docs/concepts/services-networking/service/>
pub struct Service<P> {
    state: Rc<ServiceState>,
    protocol: PhantomData<P>,
    made: Made,
}

patchable! {
    /// ```
    /// # use k8s_openapi::api::core::v1 as core;
    /// # use manifests_lib::network::{Http, Service};
    /// # fn example(service: &Service<Http>) {
    /// service.patch(|service: &mut core::Service| {
    ///     service.spec.get_or_insert_default().session_affinity = Some("ClientIP".to_owned());
    /// });
    /// # }
    /// ```
    ///
    impl [P] Service<P> {
        made: core::Service, security::AuthorizationPolicy, networking::NetworkPolicy;
    }
}

impl<P> Clone for Service<P> {
    fn clone(&self) -> Self {
        let made = self.made.clone();
        Self { state: Rc::clone(&self.state), protocol: PhantomData, made }
    }
}

/// A Service whatever it speaks.
pub(crate) struct ServiceState {
    component: Component,
    origin: Origin,
    port: Port,
    target_port: Port,
    protocol: &'static str,
    selector: Cell<SelectorLabels>,
    headless: Cell<bool>,
    callers: RefCell<BTreeSet<Caller>>,
    opened: RefCell<Vec<(IngressGateway, OpenedPort)>>,
}

impl<L> ContainerHandle<L> {
    /// Gives the container's port, which speaks HTTP/1.1, a stable address; `port` is that of the Service.
    #[track_caller]
    #[must_use = "a service that nobody calls and nothing routes to is refused by the namespace's default deny"]
    pub fn expose_http(&self, port: Port) -> Service<Http>
    where
        L: Exposable,
    {
        self.expose_at(Origin::here(), port)
    }

    /// Gives the container's port, which speaks HTTP/2 without TLS, a stable address; `port` is that of the Service.
    #[track_caller]
    #[must_use = "a service that nobody calls and nothing routes to is refused by the namespace's default deny"]
    pub fn expose_http2(&self, port: Port) -> Service<Http2>
    where
        L: Exposable,
    {
        self.expose_at(Origin::here(), port)
    }

    /// Gives the container's port, which speaks gRPC without TLS, a stable address; `port` is that of the Service.
    #[track_caller]
    #[must_use = "a service that nobody calls and nothing routes to is refused by the namespace's default deny"]
    pub fn expose_grpc(&self, port: Port) -> Service<Grpc>
    where
        L: Exposable,
    {
        self.expose_at(Origin::here(), port)
    }

    /// Gives the container's port, on which the program itself speaks TLS, a stable address; `port` is that of the Service.
    #[track_caller]
    #[must_use = "a service that nobody calls is refused by the namespace's default deny"]
    pub fn expose_tls(&self, port: Port) -> Service<Tls>
    where
        L: Exposable,
    {
        self.expose_at(Origin::here(), port)
    }

    /// Gives the container's port, of whose bytes the mesh knows nothing, a stable address; `port` is that of the Service.
    #[track_caller]
    #[must_use = "a service that nobody calls is refused by the namespace's default deny"]
    pub fn expose_tcp(&self, port: Port) -> Service<Tcp>
    where
        L: Exposable,
    {
        self.expose_at(Origin::here(), port)
    }

    pub(crate) fn expose_at<P: Protocol>(&self, origin: Origin, port: Port) -> Service<P>
    where
        L: Exposable,
    {
        let component = self.component.clone();
        let state = Rc::new(ServiceState {
            component: component.clone(),
            origin,
            port,
            target_port: self.port.port(),
            protocol: P::NAME,
            selector: Cell::new(SelectorLabels::AppComponent),
            headless: Cell::new(false),
            callers: RefCell::default(),
            opened: RefCell::default(),
        });
        let made = component.bundle.push(Rc::clone(&state));
        Service { state, protocol: PhantomData, made }
    }
}

impl<P: Protocol> Callable for Service<P> {
    type Protocol = P;

    fn admit(&self, caller: &Component, origin: Origin) -> Endpoint<P> {
        let service = &self.state;
        service.admit(caller.caller());
        caller.sends_to(service.destination());
        Endpoint::new(service.host(), service.port, MadeFor::component(caller, origin))
    }
}

impl<P> Service<P> {
    /// Keeps the selector of an older release. The rule is `app` and `component`.
    pub fn selector(&self, labels: SelectorLabels) {
        self.state.selector.set(labels);
    }

    /// The port that callers use.
    #[must_use]
    pub fn port(&self) -> Port {
        self.state.port
    }

    /// The namespace that the Service lives in.
    #[must_use]
    pub fn namespace(&self) -> &Namespace {
        self.state.namespace()
    }

    pub(crate) fn state(&self) -> Rc<ServiceState> {
        Rc::clone(&self.state)
    }
}

impl ServiceState {
    pub(crate) fn component(&self) -> &Component {
        &self.component
    }

    pub(crate) fn port(&self) -> Port {
        self.port
    }

    pub(crate) fn namespace(&self) -> &Namespace {
        &self.component.bundle.namespace
    }

    /// The name that every pod of the cluster can resolve.
    pub(crate) fn host(&self) -> String {
        self.component.conventions().host(self.name(), self.namespace())
    }

    pub(crate) fn name(&self) -> String {
        self.component.object_name("service")
    }

    /// Whether the Service stands before the pods of this component.
    pub(crate) fn belongs_to(&self, component: &Component) -> bool {
        self.component.labels() == component.labels()
    }

    pub(crate) fn make_headless(&self) {
        self.headless.set(true);
    }

    pub(crate) fn admit(&self, caller: Caller) {
        self.callers.borrow_mut().insert(caller);
    }

    /// Where callers send to.
    fn destination(&self) -> Destination {
        let namespace = self.namespace();
        Destination {
            receiver: Receiver::Pods(Pods {
                namespace: namespace.to_string(),
                labels: self.pod_labels(),
            }),
            port: self.target_port,
            hosts: vec![MeshHost { namespace: namespace.clone(), host: self.host() }],
        }
    }

    /// How the gateway opens the port, if it does so already.
    pub(crate) fn opened_by(&self, gateway: &IngressGateway) -> Option<OpenedPort> {
        let all = self.opened.borrow();
        all.iter().find(|(other, _)| other == gateway).map(|(_, opened)| opened.clone())
    }

    /// The gateway opens the port like this from now on.
    pub(crate) fn open(&self, gateway: IngressGateway, opened: OpenedPort) {
        self.opened.borrow_mut().push((gateway, opened));
    }

    fn pod_labels(&self) -> Labels {
        self.component.selected_by(SelectorLabels::AppComponent)
    }
}

impl Part for ServiceState {
    fn build(&self, output: &mut Output<'_>) {
        let component = &self.component;
        output.add(
            self.origin,
            core::Service {
                metadata: component.metadata("service"),
                spec: Some(core::ServiceSpec {
                    cluster_ip: self.headless.get().then(|| "None".to_owned()),
                    ports: Some(vec![core::ServicePort {
                        name: Some(format!("{}-{}", self.protocol, component.bundle.name)),
                        app_protocol: Some(self.protocol.to_owned()),
                        port: self.port.into(),
                        protocol: Some("TCP".to_owned()),
                        target_port: Some(IntOrString::Int(self.target_port.into())),
                        ..core::ServicePort::default()
                    }]),
                    selector: Some(component.selected_by(self.selector.get())),
                    type_: Some("ClusterIP".to_owned()),
                    ..core::ServiceSpec::default()
                }),
                status: None,
            },
        );
        let callers = self.callers.borrow();
        if !callers.is_empty() {
            mesh::admit(
                output,
                self.origin,
                component,
                &self.pod_labels(),
                self.target_port,
                &callers,
            );
        }
    }
}
