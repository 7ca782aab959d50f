//! Tools that charts and operators run: their pods as the network sees them, the ports that others use, and who is admitted.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::rc::Rc;

use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

use super::callable::{Callable, Endpoint};
use super::mesh::Caller;
use super::network_policy::{admit, admit_everybody, admit_to_all, all_pods_of, only, pods_with};
use super::outbound::{Destination, MeshHost, OpenToMesh, Receiver};
use super::protocol::Protocol;
use super::service_ref::{ServiceRef, service_ref};
use crate::check;
use crate::model::bundle::{Bundle, Output, Part};
use crate::model::component::Component;
use crate::model::facts::Facts;
use crate::model::label::{Labels, label, matching};
use crate::model::made_for::MadeFor;
use crate::model::metadata::named;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::values::{LabelKey, Name, Port};

/// Pods that a chart or an operator of a bundle runs: their identity as callers, and who may reach them. Nobody does who is not
/// admitted by a declaration: callers, scrapers, gateways, the API server.
///
/// Becomes a NetworkPolicy named like the value of their label.
///
/// Upstream: <https://kubernetes.io/docs/concepts/services-networking/network-policies/>
#[derive(Clone)]
pub struct ToolPods {
    state: Rc<ToolPodsState>,
    made: Made,
}

patchable! {
    ToolPods { made: networking::NetworkPolicy; }
}

struct ToolPodsState {
    bundle: Bundle,
    labels: Labels,
    /// Whom they admit, whichever line says so.
    admitted: RefCell<BTreeSet<Admission>>,
}

/// Who may reach pods, in the order in which a NetworkPolicy lists its rules.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Admission {
    /// Every pod of the own namespace, on every port.
    OwnNamespace,
    /// Every pod of a namespace that belongs to the mesh; those that know it by a Service know its host.
    Mesh(Port, Option<MeshHost>),
    /// The API server.
    ApiServer(Port),
    /// Prometheus, for metrics.
    Scraper(Pods, Port),
    /// Another tool that calls.
    Caller(Pods, Port),
    /// The gateway that leads people to a web UI.
    Gateway(Pods, Port),
}

/// Pods by their labels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pods {
    pub(crate) namespace: String,
    pub(crate) labels: Labels,
}

impl Pods {
    pub(crate) fn peer(&self) -> networking::NetworkPolicyPeer {
        pods_with(&self.namespace, self.labels.clone())
    }
}

/// A port of a tool's Service.
#[derive(Clone, Debug)]
pub struct ToolService {
    /// Name of the Service, which the chart or operator makes in the bundle's namespace: `name!("grafana")`.
    pub name: Name,
    /// Port of the Service: `port!(80)`.
    pub port: Port,
    /// Port of the pods behind it: `port!(3000)`.
    pub target_port: Port,
}

/// A port of a tool that others may use. Tools that [call](ToolPods::calls) it are admitted.
#[derive(Clone)]
pub struct ToolPort {
    pub(crate) pods: ToolPods,
    service: ServiceRef,
    target_port: Port,
}

/// A port of a tool that components [call](Component::calls), by what it speaks.
#[derive(Clone)]
pub struct ServingPort<P> {
    port: ToolPort,
    protocol: PhantomData<P>,
}

impl<P: Protocol> Callable for ServingPort<P> {
    type Protocol = P;

    fn owner(&self) -> Bundle {
        self.port.pods.bundle().clone()
    }

    fn admit(&self, caller: &Component, origin: Origin) -> Endpoint<P> {
        let ToolPort { pods, service, target_port } = &self.port;
        let Caller { namespace, pod_labels, .. } = caller.caller();
        pods.admit(Admission::Caller(Pods { namespace, labels: pod_labels }, *target_port));
        caller.sends_to(Destination {
            receiver: Receiver::Pods(pods.pods()),
            port: *target_port,
            hosts: vec![MeshHost { namespace: service.namespace.clone(), host: service.host() }],
        });
        Endpoint::new(service.host(), service.port, MadeFor::component(caller, origin))
    }
}

impl Bundle {
    /// Pods in the bundle's namespace that carry this label, such as `app.kubernetes.io/name`: from now on they admit nobody but who
    /// declares it. A chart's own NetworkPolicy beside it would admit more: switch it off.
    #[track_caller]
    pub fn tool_pods(&self, key: &LabelKey, value: &Name) -> ToolPods {
        let labels = label(key, value);
        if let Some(known) = self.known_pods(&labels) {
            return known;
        }
        let state = Rc::new(ToolPodsState {
            bundle: self.clone(),
            labels: labels.clone(),
            admitted: RefCell::default(),
        });
        let (origin, pods) = (Origin::here(), Rc::clone(&state));
        let made = self.push(AdmissionPart { origin, name: value.clone(), pods });
        let pods = ToolPods { state, made };
        self.know_pods(labels, pods.clone());
        pods
    }
}

impl ToolPods {
    /// Admits every pod of the own namespace to every port.
    pub fn admit_own_namespace(&self) {
        self.admit(Admission::OwnNamespace);
    }

    /// Admits every pod of the mesh to a port that proxies find by themselves, and lets it out of namespaces that [deny by
    /// default](Bundle::deny_by_default): the control plane's.
    ///
    /// The build reports a platform without a mesh.
    #[track_caller]
    pub fn open_to_mesh(&self, port: Port) {
        self.open(Origin::here(), port, None);
    }

    fn open(&self, origin: Origin, port: Port, host: Option<MeshHost>) {
        let bundle = &self.state.bundle;
        if !bundle.place().conventions.has_mesh() {
            let what = format!(
                "port {port} is opened to the proxies of a mesh (components call a tool by `component.calls(&port.serves(…))`)"
            );
            bundle.refuse(check::needs_mesh(origin, &what));
        }
        self.admit(Admission::Mesh(port, host));
    }

    /// Admits the API server to a webhook's port, and with it everybody: the API server is no pod, and its address is that of a node or,
    /// on EKS, of a network interface of AWS.
    pub fn admit_api_server(&self, port: Port) {
        self.admit(Admission::ApiServer(port));
    }

    /// A port of the pods that has a Service.
    #[must_use]
    pub fn port(&self, service: ToolService) -> ToolPort {
        let ToolService { name, port, target_port } = service;
        let namespace = self.state.bundle.namespace().clone();
        let conventions = &self.state.bundle.place().conventions;
        let service = service_ref(name, namespace, port, conventions);
        ToolPort { pods: self.clone(), service, target_port }
    }

    /// Declares that the pods call a port of another tool, and gives the address: they are admitted there, and their bundle is
    /// deployed after the other's.
    #[track_caller]
    pub fn calls<'a>(&self, port: &'a ToolPort) -> &'a ServiceRef {
        port.pods.admit(Admission::Caller(self.pods(), port.target_port));
        self.state.bundle.after(&port.pods.state.bundle);
        &port.service
    }

    pub(crate) fn bundle(&self) -> &Bundle {
        &self.state.bundle
    }

    /// Admits a scraper of metrics to a port of the pods.
    pub(crate) fn admit_scraper(&self, scraper: &Self, port: Port) {
        self.admit(Admission::Scraper(scraper.pods(), port));
    }

    pub(crate) fn pods(&self) -> Pods {
        let ToolPodsState { bundle, labels, .. } = &*self.state;
        Pods { namespace: bundle.namespace().to_string(), labels: labels.clone() }
    }

    fn admit(&self, admission: Admission) {
        self.state.admitted.borrow_mut().insert(admission);
    }
}

impl ToolPort {
    /// The port as components call it: `app.calls(&collector.serves(Grpc)).address("OTLP_ADDRESS")`. The tool admits those components,
    /// and nobody else for that.
    ///
    /// In a mesh it is called as a tool outside it, in plain text unless the program itself encrypts.
    #[must_use = "nobody is admitted who does not call it"]
    pub fn serves<P: Protocol>(&self, _: P) -> ServingPort<P> {
        ServingPort { port: self.clone(), protocol: PhantomData }
    }

    /// Opens the port to every pod of the mesh, lets it out of namespaces that [deny by default](Bundle::deny_by_default), and gives
    /// the address that proxies send to.
    ///
    /// The build reports a platform without a mesh.
    #[must_use]
    #[track_caller]
    pub fn open_to_mesh(&self) -> ServiceRef {
        let ServiceRef { namespace, .. } = &self.service;
        let host = MeshHost { namespace: namespace.clone(), host: self.service.host() };
        self.pods.open(Origin::here(), self.target_port, Some(host));
        self.service.clone()
    }

    pub(crate) fn bundle(&self) -> &Bundle {
        self.pods.bundle()
    }

    /// Port of its Service, for the values of the tool's own chart.
    #[must_use]
    pub fn number(&self) -> Port {
        self.service.port
    }

    pub(crate) fn service(&self) -> &ServiceRef {
        &self.service
    }

    /// Admits the pods of a gateway that leads people here.
    pub(crate) fn admit_gateway(&self, gateway: Pods) {
        self.pods.admit(Admission::Gateway(gateway, self.target_port));
    }
}

struct AdmissionPart {
    origin: Origin,
    name: Name,
    pods: Rc<ToolPodsState>,
}

impl Part for AdmissionPart {
    fn build(&self, output: &mut Output<'_>) {
        let ToolPodsState { bundle, labels, admitted } = &*self.pods;
        let rules = admitted.borrow().iter().map(|admission| admission.rule(bundle)).collect();
        output.add(
            self.origin,
            networking::NetworkPolicy {
                metadata: named(&self.name),
                spec: Some(only(matching(labels.clone()), rules)),
            },
        );
    }

    fn declare(&self, declared: &mut Facts) {
        let ToolPodsState { bundle, labels, admitted } = &*self.pods;
        for admission in admitted.borrow().iter() {
            if let Admission::Mesh(port, host) = admission {
                declared.push(OpenToMesh(Destination {
                    receiver: Receiver::Pods(Pods {
                        namespace: bundle.namespace().to_string(),
                        labels: labels.clone(),
                    }),
                    port: *port,
                    hosts: host.iter().cloned().collect(),
                }));
            }
        }
    }
}

impl Admission {
    fn rule(&self, bundle: &Bundle) -> networking::NetworkPolicyIngressRule {
        match self {
            Self::OwnNamespace => admit_to_all(all_pods_of(bundle.namespace())),
            Self::Mesh(port, _) => admit([meshed()], [*port]),
            Self::ApiServer(port) => admit_everybody([*port]),
            Self::Scraper(pods, port) | Self::Caller(pods, port) | Self::Gateway(pods, port) => {
                admit([pods.peer()], [*port])
            }
        }
    }
}

/// Pods of the namespaces that a control plane of the mesh looks after.
fn meshed() -> networking::NetworkPolicyPeer {
    networking::NetworkPolicyPeer {
        namespace_selector: Some(LabelSelector {
            match_expressions: Some(vec![LabelSelectorRequirement {
                key: "istio.io/rev".to_owned(),
                operator: "Exists".to_owned(),
                values: None,
            }]),
            match_labels: None,
        }),
        ..networking::NetworkPolicyPeer::default()
    }
}
