//! The object that a Service is, and its ports.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::label::{Labels, SelectorLabels};
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::network::mesh::{self, Admitted, Caller, IngressGateway, OpenedPort, PortRoute, Routes};
use crate::network::outbound::{Destination, MeshHost, Receiver};
use crate::network::tool::Pods;
use crate::values::{Name, Port};
use crate::workload::Listening;

/// A Service, whatever its ports speak.
pub(crate) struct ServiceState {
    component: Component,
    /// What tells it from the component's first Service.
    name: Option<Name>,
    origin: Origin,
    selector: Cell<SelectorLabels>,
    headless: Cell<bool>,
    ports: RefCell<Vec<Rc<PortState>>>,
    routes: Routes,
}

/// A port of a Service.
pub(crate) struct PortState {
    origin: Origin,
    port: Port,
    to: Listening,
    protocol: &'static str,
    callers: RefCell<BTreeSet<Caller>>,
    opened: RefCell<Vec<(IngressGateway, OpenedPort)>>,
    route: PortRoute,
    promised: Cell<Option<Origin>>,
}

/// A port, and the Service that it is of.
#[derive(Clone)]
pub(crate) struct ServicePort {
    service: Rc<ServiceState>,
    port: Rc<PortState>,
}

impl ServicePort {
    /// The port that a Service begins with.
    pub(super) fn first(
        service: Rc<ServiceState>,
        origin: Origin,
        port: Port,
        to: Listening,
        protocol: &'static str,
    ) -> Self {
        if let Some(mistake) = several_protocols(origin, &to, protocol) {
            service.component.bundle.error(mistake);
        }
        let port = Rc::new(PortState {
            origin,
            port,
            to,
            protocol,
            callers: RefCell::default(),
            opened: RefCell::default(),
            route: PortRoute::default(),
            promised: Cell::new(None),
        });
        service.ports.borrow_mut().push(Rc::clone(&port));
        Self { service, port }
    }

    /// A further port of the Service.
    pub(super) fn beside(
        &self,
        origin: Origin,
        port: Port,
        to: Listening,
        protocol: &'static str,
    ) -> Self {
        if let Some(mistake) = self.service.mistake(origin, port, &to) {
            self.service.component.bundle.error(mistake);
        }
        Self::first(Rc::clone(&self.service), origin, port, to, protocol)
    }

    pub(crate) fn service(&self) -> &Rc<ServiceState> {
        &self.service
    }

    pub(crate) fn component(&self) -> &Component {
        &self.service.component
    }

    /// The port that callers use.
    pub(crate) fn port(&self) -> Port {
        self.port.port
    }

    pub(crate) fn protocol(&self) -> &'static str {
        self.port.protocol
    }

    pub(crate) fn host(&self) -> String {
        self.service.host()
    }

    /// The line that adds the port.
    pub(crate) fn origin(&self) -> Origin {
        self.port.origin
    }

    /// The port has an SLO.
    pub(crate) fn promise(&self, origin: Origin) {
        self.port.promised.set(Some(origin));
    }

    /// The line of its SLO.
    pub(crate) fn promised(&self) -> Option<Origin> {
        self.port.promised.get()
    }

    pub(super) fn listening(&self) -> &Listening {
        &self.port.to
    }

    /// How the mesh sends requests to it.
    pub(crate) fn route(&self) -> &PortRoute {
        &self.port.route
    }

    pub(crate) fn admit(&self, caller: Caller) {
        self.port.callers.borrow_mut().insert(caller);
    }

    pub(crate) fn callers(&self) -> BTreeSet<Caller> {
        self.port.callers.borrow().clone()
    }

    /// Where callers send to.
    pub(super) fn destination(&self) -> Destination {
        let service = &self.service;
        let namespace = service.namespace();
        Destination {
            receiver: Receiver::Pods(Pods {
                namespace: namespace.to_string(),
                labels: service.pod_labels(),
            }),
            port: self.port.to.port,
            hosts: vec![MeshHost { namespace: namespace.clone(), host: service.host() }],
        }
    }

    /// How the gateway opens the port, if it does so already.
    pub(crate) fn opened_by(&self, gateway: &IngressGateway) -> Option<OpenedPort> {
        let all = self.port.opened.borrow();
        all.iter().find(|(other, _)| other == gateway).map(|(_, opened)| opened.clone())
    }

    /// The gateway opens the port like this from now on.
    pub(crate) fn open(&self, gateway: IngressGateway, opened: OpenedPort) {
        self.port.opened.borrow_mut().push((gateway, opened));
    }
}

impl ServiceState {
    pub(super) fn new(origin: Origin, name: Option<Name>, component: &Component) -> Self {
        Self {
            component: component.clone(),
            name,
            origin,
            selector: Cell::new(SelectorLabels::AppComponent),
            headless: Cell::new(false),
            ports: RefCell::default(),
            routes: Routes::default(),
        }
    }

    /// Its ports, in the order in which they were given.
    pub(crate) fn ports(self: &Rc<Self>) -> Vec<ServicePort> {
        let ports = self.ports.borrow();
        let port =
            |port: &Rc<PortState>| ServicePort { service: Rc::clone(self), port: Rc::clone(port) };
        ports.iter().map(port).collect()
    }

    /// The objects of the mesh that its ports share.
    pub(crate) fn routes(&self) -> &Routes {
        &self.routes
    }

    pub(crate) fn component(&self) -> &Component {
        &self.component
    }

    pub(crate) fn namespace(&self) -> &Namespace {
        &self.component.bundle.namespace
    }

    /// The name that every pod of the cluster can resolve.
    pub(crate) fn host(&self) -> String {
        self.component.conventions().host(self.name(), self.namespace())
    }

    pub(crate) fn name(&self) -> String {
        self.object_name("service")
    }

    /// The name of an object of this kind that belongs to it.
    pub(crate) fn object_name(&self, kind: &str) -> String {
        match &self.name {
            None => self.component.object_name(kind),
            Some(name) => self.component.object_name(&format!("{name}-{kind}")),
        }
    }

    pub(crate) fn metadata(&self, kind: &str) -> ObjectMeta {
        self.component.metadata_named(self.object_name(kind))
    }

    /// Whether the Service stands before the pods of this component.
    pub(crate) fn belongs_to(&self, component: &Component) -> bool {
        Rc::ptr_eq(&self.component.bundle, &component.bundle)
            && self.component.name() == component.name()
    }

    pub(super) fn select(&self, labels: SelectorLabels) {
        self.selector.set(labels);
    }

    pub(crate) fn make_headless(&self) {
        self.headless.set(true);
    }

    fn pod_labels(&self) -> Labels {
        self.component.selected_by(SelectorLabels::AppComponent)
    }

    /// What is wrong with a further port, if anything.
    fn mistake(&self, origin: Origin, port: Port, to: &Listening) -> Option<BuildError> {
        let (service, target) = (self.name(), to.port);
        if !self.belongs_to(&to.component) {
            return Some(
                BuildError::new(
                    Rule::ForeignServicePort,
                    origin,
                    format!(
                        "{service} leads to other pods than this container's, on which nothing listens on port {target}: add a port of a \
                         container of its own pods, or expose this container"
                    ),
                )
                .related([self.origin]),
            );
        }
        self.ports.borrow().iter().find_map(|other| {
            let message = if other.port == port {
                format!(
                    "{service} has port {port} already: the API server would refuse it; choose another number"
                )
            } else if other.to.port == target {
                format!(
                    "{service} leads to the container's port {target} already, by its port {}: admission is by the port of the pod, and \
                     who may call one could call the other; remove one",
                    other.port
                )
            } else {
                return None;
            };
            let mistake = BuildError::new(Rule::DuplicateServicePort, origin, message);
            Some(mistake.related([other.origin]))
        })
    }

    /// Each name is there once; it begins with the protocol.
    fn build_ports(&self) -> Vec<core::ServicePort> {
        let bundle = &self.component.bundle.name;
        let mut names = BTreeSet::new();
        let port = |(index, state): (usize, &Rc<PortState>)| {
            let PortState { port, to, protocol, .. } = &**state;
            let mut name = match &to.name {
                Some(name) if index > 0 => format!("{protocol}-{name}"),
                _ => format!("{protocol}-{bundle}"),
            };
            if names.contains(&name) {
                name = format!("{name}-{port}");
            }
            names.insert(name.clone());
            core::ServicePort {
                name: Some(name),
                app_protocol: Some((*protocol).to_owned()),
                port: (*port).into(),
                protocol: Some("TCP".to_owned()),
                target_port: Some(IntOrString::Int(to.port.into())),
                ..core::ServicePort::default()
            }
        };
        self.ports.borrow().iter().enumerate().map(port).collect()
    }
}

/// The proxy before a pod speaks one protocol on a port, whatever the Services say.
fn several_protocols(origin: Origin, to: &Listening, protocol: &'static str) -> Option<BuildError> {
    let (other, first) = to.speaks(origin, protocol).err()?;
    let mistake = BuildError::new(
        Rule::SeveralProtocols,
        origin,
        format!(
            "port {} of the container is exposed as {other} and as {protocol}: the proxy before it would speak one of them to all callers; \
             expose it as what it speaks",
            to.port
        ),
    );
    Some(mistake.related([first]))
}

impl Part for ServiceState {
    fn build(&self, output: &mut Output<'_>) {
        let component = &self.component;
        output.add(
            self.origin,
            core::Service {
                metadata: self.metadata("service"),
                spec: Some(core::ServiceSpec {
                    cluster_ip: self.headless.get().then(|| "None".to_owned()),
                    ports: Some(self.build_ports()),
                    selector: Some(component.selected_by(self.selector.get())),
                    type_: Some("ClusterIP".to_owned()),
                    ..core::ServiceSpec::default()
                }),
                status: None,
            },
        );
        let ports = self.ports.borrow();
        let callers = ports.iter().map(|port| (port.to.port, port.callers.borrow()));
        let called: Vec<_> = callers.filter(|(_, callers)| !callers.is_empty()).collect();
        if !called.is_empty() {
            mesh::admit(
                output,
                self.origin,
                Admitted {
                    calls: self.metadata("authorization-policy"),
                    packets: self.metadata("network-policy"),
                    pods: &self.pod_labels(),
                    ports: called.iter().map(|(port, callers)| (*port, &**callers)).collect(),
                },
            );
        }
    }
}
