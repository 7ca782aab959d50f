//! Services: the handle that routes, gateways and callers take.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::label::{Labels, SelectorLabels};
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::network::mesh::{self, Caller};
use crate::values::Port;
use crate::workload::{ContainerHandle, Exposable, Variable};

/// A stable address for a container's port.
///
/// Becomes a Service and, once somebody may call it, an AuthorizationPolicy and a NetworkPolicy that admit exactly
/// those callers.
///
/// Upstream: <https://kubernetes.io/docs/concepts/services-networking/service/>
#[derive(Clone, Debug)]
pub struct Expose {
    /// Port of the Service; the container's own port is known.
    pub port: Port,
    /// What the container speaks.
    pub protocol: Protocol,
}

/// What is spoken on a port: decides how the mesh treats it.
///
/// Upstream: <https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1, routed by request.
    Http,
    /// Bytes, routed by connection.
    Tcp,
}

impl Protocol {
    /// The value of `appProtocol` and the prefix of a port's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Tcp => "tcp",
        }
    }
}

/// A Service. Routes, gateways and callers take it by reference; nobody repeats its name, namespace or port.
#[derive(Clone)]
pub struct Service {
    state: Rc<ServiceState>,
}

struct ServiceState {
    component: Component,
    origin: Origin,
    port: Port,
    target_port: Port,
    protocol: Protocol,
    selector: Cell<SelectorLabels>,
    headless: Cell<bool>,
    callers: RefCell<BTreeSet<Caller>>,
}

impl<P> ContainerHandle<P> {
    /// Gives the container's port a stable address.
    #[track_caller]
    #[must_use = "a service that nobody calls and nothing routes to is refused by the namespace's default deny"]
    pub fn expose(&self, expose: Expose) -> Service
    where
        P: Exposable,
    {
        self.expose_at(Origin::here(), &expose)
    }

    pub(crate) fn expose_at(&self, origin: Origin, expose: &Expose) -> Service
    where
        P: Exposable,
    {
        let target_port = self.port.port();
        let &Expose { port, protocol } = expose;
        let component = self.component.clone();
        let state = Rc::new(ServiceState {
            component: component.clone(),
            origin,
            port,
            target_port,
            protocol,
            selector: Cell::new(SelectorLabels::AppComponent),
            headless: Cell::new(false),
            callers: RefCell::default(),
        });
        component.bundle.push(Rc::clone(&state));
        Service { state }
    }
}

impl Component {
    /// Declares that the component calls a service, and gives the address to call.
    ///
    /// This is the only way to an address, so that a call that the service does not admit cannot be written. The admission
    /// stands in the service's bundle, as AuthorizationPolicy and NetworkPolicy.
    #[must_use = "give the address to a container, or do not ask for admission"]
    pub fn calls(&self, service: &Service) -> Endpoint {
        service.admit(self.caller());
        Endpoint { host: service.host(), port: service.port(), protocol: service.state.protocol }
    }
}

/// The address of a service that admits the component.
#[derive(Clone, Debug)]
pub struct Endpoint {
    host: String,
    port: Port,
    protocol: Protocol,
}

impl Endpoint {
    /// The URL, such as `http://account-app-service.services.svc.cluster.local:50000`.
    #[must_use]
    pub fn url(&self, variable: &str) -> Variable {
        let Self { host, port, protocol } = self;
        Variable::from_handle(variable, format!("{}://{host}:{port}", protocol.name()))
    }

    /// The host alone.
    #[must_use]
    pub fn host(&self, variable: &str) -> Variable {
        Variable::from_handle(variable, &self.host)
    }

    /// The port alone.
    #[must_use]
    pub fn port(&self, variable: &str) -> Variable {
        Variable::from_handle(variable, self.port.to_string())
    }

    pub(crate) fn into_parts(self) -> (String, Port) {
        (self.host, self.port)
    }
}

impl Service {
    /// Keeps the selector of an older release. The rule is `app` and `component`.
    pub fn selector(&self, labels: SelectorLabels) {
        self.state.selector.set(labels);
    }

    /// The port that callers use.
    #[must_use]
    pub fn port(&self) -> Port {
        self.state.port
    }

    pub(crate) fn component(&self) -> &Component {
        &self.state.component
    }

    pub(crate) fn protocol(&self) -> Protocol {
        self.state.protocol
    }

    /// Whether the Service stands before the pods of this component.
    pub(crate) fn belongs_to(&self, component: &Component) -> bool {
        self.state.component.labels() == component.labels()
    }

    /// The namespace that the Service lives in.
    #[must_use]
    pub fn namespace(&self) -> &Namespace {
        &self.state.component.bundle.namespace
    }

    /// The name that every pod of the cluster can resolve.
    pub(crate) fn host(&self) -> String {
        format!("{}.{}.svc.cluster.local", self.name(), self.namespace())
    }

    pub(crate) fn name(&self) -> String {
        self.state.component.object_name("service")
    }

    pub(crate) fn make_headless(&self) {
        self.state.headless.set(true);
    }

    pub(crate) fn admit(&self, caller: Caller) {
        self.state.callers.borrow_mut().insert(caller);
    }
}

impl ServiceState {
    fn pod_labels(&self) -> Labels {
        SelectorLabels::AppComponent.of(&self.component.labels())
    }
}

impl Part for ServiceState {
    fn build(&self, output: &mut Output) {
        let component = &self.component;
        output.add(
            self.origin,
            core::Service {
                metadata: component.metadata("service"),
                spec: Some(core::ServiceSpec {
                    cluster_ip: self.headless.get().then(|| "None".to_owned()),
                    ports: Some(vec![core::ServicePort {
                        name: Some(format!("{}-{}", self.protocol.name(), component.bundle.name)),
                        app_protocol: Some(self.protocol.name().to_owned()),
                        port: self.port.into(),
                        protocol: Some("TCP".to_owned()),
                        target_port: Some(IntOrString::Int(self.target_port.into())),
                        ..core::ServicePort::default()
                    }]),
                    selector: Some(self.selector.get().of(&component.labels())),
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
