//! The gateway itself: where it listens, with which certificate, and whose routes it takes.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use custom_resources::k8s::networking::gateway::v1 as api;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{
    LabelSelector, LabelSelectorRequirement, ObjectMeta,
};

use super::direct::Grant;
use super::public_route::{Backend, PublicRoute, PublicRoutePart, To};
use super::route::{self, Parent};
use super::{Exposure, GatewayNodePort, Limits, aws, redirects};
use crate::model::bundle::{Bundle, Output, Part};
use crate::model::distinct::distinct;
use crate::model::error::BuildError;
use crate::model::facts::Facts;
use crate::model::label::{label, matching};
use crate::model::metadata::named_in;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::patch::Made;
use crate::model::rule::Rule;
use crate::network::certificate::certificate_of;
use crate::network::issuer::ClusterIssuer;
use crate::network::mesh::RoutedHost;
use crate::network::network_policy;
use crate::network::tool::Pods;
use crate::values::{Host, Name, Port};
use crate::workload::disruption_budget::{Unready, disruption_budget};

/// What a gateway is made with: it listens for HTTPS on port 443, and nowhere else but for a
/// [redirect](super::PublicGateway::redirect_plain_text).
///
/// Becomes a Gateway, the Certificate of its hosts, a NetworkPolicy that admits everybody to its port and to nothing else, three
/// policies for its [`Limits`] and, with several pods, a PodDisruptionBudget.
///
/// Upstream: <https://gateway-api.sigs.k8s.io/api-types/gateway/>
#[derive(Clone, Debug)]
pub struct GatewaySpec<'a> {
    /// Name of the Gateway, and of the Certificate of all its hosts: `name!("public")`.
    pub name: Name,
    /// The GatewayClass: which controller makes the gateway. `name!("nginx")`.
    pub class: Name,
    /// Issuer of the certificate.
    pub issuer: &'a ClusterIssuer,
    /// How many pods its class gives it.
    pub replicas: u16,
    /// How requests come to its pods.
    pub exposure: Exposure,
    /// What it takes from one client.
    pub limits: Limits,
}

impl GatewaySpec<'_> {
    /// The port that it listens on, to which a node port or load balancer leads.
    pub const PORT: Port = port!(443);
}

/// The names of its listeners.
const HTTPS: &str = "https";
const PLAIN: &str = "http";

/// Where clients try without TLS.
const PLAIN_TEXT: Port = port!(80);

/// A gateway while routes are added to it.
pub(super) struct GatewayState {
    pub(super) origin: Origin,
    /// The bundle that it is part of.
    pub(super) bundle: Bundle,
    pub(super) parent: Parent,
    class: Name,
    issuer: ClusterIssuer,
    replicas: u16,
    exposure: Exposure,
    limits: Limits,
    pub(super) visibility: Visibility,
}

/// From where a gateway is reached, and what it leads to.
pub(super) enum Visibility {
    /// Everybody on the internet, where the environment has a load balancer.
    Public {
        routes: RefCell<Vec<Rc<PublicRoute>>>,
        /// Services that let its routes lead to them.
        grants: RefCell<Vec<(Rc<Grant>, Made)>>,
        /// Whether it listens on [`PLAIN_TEXT`], too, and sends clients from there to HTTPS.
        plain: Cell<bool>,
    },
    /// Clients in the network of the cluster.
    Internal {
        /// The domain of all hosts.
        domain: Host,
        /// Namespaces whose routes it takes, by the name of the bundle that asks for it.
        routes_from: RefCell<BTreeMap<Name, Namespace>>,
    },
}

impl GatewayState {
    pub(super) fn new(
        origin: Origin,
        bundle: &Bundle,
        spec: GatewaySpec<'_>,
        visibility: Visibility,
    ) -> Self {
        let GatewaySpec { name, class, issuer, replicas, exposure, limits } = spec;
        issuer.refuse_in_another_platform(bundle, origin);
        Self {
            origin,
            bundle: bundle.clone(),
            parent: Parent { name, namespace: bundle.namespace().clone() },
            class,
            issuer: issuer.clone(),
            replicas,
            exposure,
            limits,
            visibility,
        }
    }

    /// Its pods.
    pub(super) fn pods(&self) -> Pods {
        Pods {
            namespace: self.parent.namespace.to_string(),
            labels: label("gateway.networking.k8s.io/gateway-name", &self.parent.name),
        }
    }

    /// Metadata of an object beside the gateway.
    pub(super) fn metadata(&self) -> ObjectMeta {
        named_in(&self.parent.namespace, &self.parent.name)
    }

    /// Adds a route.
    pub(super) fn take(self: &Rc<Self>, route: Rc<PublicRoute>) -> Made {
        if let Visibility::Public { routes, .. } = &self.visibility {
            routes.borrow_mut().push(Rc::clone(&route));
        }
        self.bundle.push(PublicRoutePart { gateway: Rc::clone(self), route })
    }

    fn is_plain(&self) -> bool {
        matches!(&self.visibility, Visibility::Public { plain, .. } if plain.get())
    }

    /// The gateway as its routes name it: what answers in plain text has a route of its own.
    pub(super) fn parent_of_routes(&self) -> api::ParentReference {
        let section_name = self.is_plain().then(|| HTTPS.to_owned());
        api::ParentReference { section_name, ..self.parent.reference() }
    }

    /// Every host of its certificate, in the order of the bundles that ask for them.
    fn hosts(&self) -> Vec<String> {
        match &self.visibility {
            Visibility::Public { routes, .. } => {
                let routes = routes.borrow();
                let mut routes: Vec<&Rc<PublicRoute>> = routes.iter().collect();
                routes.sort_by_key(|route| &route.bundle);
                let hosts = |route: &Rc<PublicRoute>| {
                    route.hosts.borrow().iter().map(ToString::to_string).collect::<Vec<_>>()
                };
                distinct(routes.into_iter().flat_map(hosts))
            }
            Visibility::Internal { domain, .. } => vec![format!("*.{domain}")],
        }
    }

    fn listener(&self) -> api::GatewayListener {
        api::GatewayListener {
            allowed_routes: Some(api::ListenerAllowedRoutes {
                kinds: None,
                namespaces: Some(self.namespaces_of_routes()),
            }),
            hostname: None,
            name: HTTPS.to_owned(),
            port: GatewaySpec::PORT.into(),
            protocol: "HTTPS".to_owned(),
            tls: Some(api::ListenerTls {
                certificate_refs: Some(vec![api::SecretObjectReference {
                    // Written as the API server completes it: the list is replaced as a whole.
                    group: Some(String::new()),
                    kind: Some("Secret".to_owned()),
                    ..api::SecretObjectReference::required(self.parent.name.to_string())
                }]),
                mode: Some(api::TlsMode::Terminate),
                ..api::ListenerTls::default()
            }),
        }
    }

    fn plain_text_listener(&self) -> api::GatewayListener {
        api::GatewayListener {
            name: PLAIN.to_owned(),
            port: PLAIN_TEXT.into(),
            protocol: "HTTP".to_owned(),
            tls: None,
            ..self.listener()
        }
    }

    fn namespaces_of_routes(&self) -> api::AllowedRoutesNamespaces {
        let others = match &self.visibility {
            Visibility::Public { .. } => BTreeMap::new(),
            Visibility::Internal { routes_from, .. } => routes_from.borrow().clone(),
        };
        let own = [self.parent.namespace.clone()];
        let namespaces = distinct(own.into_iter().chain(others.into_values()));
        if namespaces.len() == 1 {
            return api::AllowedRoutesNamespaces {
                from: Some(api::AllowedRoutesNamespacesFrom::Same),
                selector: None,
            };
        }
        api::AllowedRoutesNamespaces {
            from: Some(api::AllowedRoutesNamespacesFrom::Selector),
            selector: Some(LabelSelector {
                match_expressions: Some(vec![LabelSelectorRequirement {
                    key: "kubernetes.io/metadata.name".to_owned(),
                    operator: "In".to_owned(),
                    values: Some(namespaces.iter().map(ToString::to_string).collect()),
                }]),
                match_labels: None,
            }),
        }
    }

    /// What the controller writes to the gateway's Service.
    fn infrastructure(&self) -> Option<api::GatewayInfrastructure> {
        let scheme = match &self.visibility {
            Visibility::Public { .. } => "internet-facing",
            Visibility::Internal { .. } => "internal",
        };
        match self.exposure {
            Exposure::NodePort(_) => None,
            Exposure::NetworkLoadBalancer => Some(api::GatewayInfrastructure {
                annotations: Some(aws::load_balancer(scheme)),
                ..api::GatewayInfrastructure::default()
            }),
        }
    }

    fn gateway(&self) -> api::Gateway {
        let plain = self.is_plain().then(|| self.plain_text_listener());
        let listeners = [self.listener()].into_iter().chain(plain).collect();
        api::Gateway {
            metadata: self.metadata(),
            spec: api::GatewaySpec {
                infrastructure: self.infrastructure(),
                ..api::GatewaySpec::required(self.class.to_string(), listeners)
            },
        }
    }

    /// Load balancers that keep the addresses of clients, and node ports, are admitted as everybody.
    fn network_policy(&self) -> networking::NetworkPolicy {
        let plain = self.is_plain().then_some(PLAIN_TEXT);
        let everybody =
            network_policy::admit_everybody([GatewaySpec::PORT].into_iter().chain(plain));
        networking::NetworkPolicy {
            metadata: self.metadata(),
            spec: Some(network_policy::only(matching(self.pods().labels), vec![everybody])),
        }
    }

    /// Routes for one host and path.
    fn duplicate_routes(&self, routes: &[Rc<PublicRoute>]) -> Vec<BuildError> {
        let mut first = BTreeMap::new();
        let mut kinds: BTreeMap<Host, (&str, Origin)> = BTreeMap::new();
        let mut errors = Vec::new();
        for route in routes {
            let origin = route.origin;
            let mut refuse = |other: Origin, message| {
                let error = BuildError::new(Rule::DuplicateRoute, origin, message);
                errors.push(error.related([other]));
            };
            for decided_by in route.matches() {
                let (host, path, ..) = decided_by.clone();
                if let Some(other) = first.insert(decided_by, origin) {
                    let message = format!(
                        "https://{host}{path} leads to two services, of which the gateway {} would choose one: give one another host \
                         or path",
                        self.parent.name
                    );
                    refuse(other, message);
                }
            }
            for host in &*route.hosts.borrow() {
                let (kind, other) =
                    *kinds.entry(host.clone()).or_insert_with(|| (route.kind(), origin));
                if kind != route.kind() {
                    let message = format!(
                        "https://{host} has routes of HTTP and of gRPC, of which the gateway {} takes one kind alone: give one another \
                         host",
                        self.parent.name
                    );
                    refuse(other, message);
                }
            }
        }
        errors
    }

    /// What lets the routes into the mesh lead to its ingress gateways.
    fn build_grants(&self, output: &mut Output<'_>) {
        let Visibility::Public { routes, .. } = &self.visibility else {
            return;
        };
        let routes = routes.borrow();
        if routes.is_empty() {
            output.errors.push(BuildError::new(
                Rule::GatewayWithoutRoutes,
                self.origin,
                format!(
                    "the gateway {} leads to no service, and its certificate would be for no host: route a service, or remove it",
                    self.parent.name
                ),
            ));
        }
        output.errors.extend(self.duplicate_routes(&routes));
        output.errors.extend(redirects::in_circles(&routes));
        let mut ingress_gateways: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
        for route in &*routes {
            if let To::Services { ingress: Some(ingress), .. } = &route.to {
                let service = (ingress.namespace.clone(), ingress.name.clone());
                ingress_gateways.entry(service).or_default().insert(route.kind());
            }
        }
        for ((namespace, service), kinds) in ingress_gateways {
            output
                .add(self.origin, route::grant(&self.parent, &namespace, service.as_str(), kinds));
        }
    }
}

impl Part for GatewayState {
    fn declare(&self, declared: &mut Facts) {
        declared.push(self.issuer.asked_in(&self.parent.namespace));
        if let Visibility::Public { routes, .. } = &self.visibility {
            for route in &*routes.borrow() {
                let To::Services { ingress: Some(ingress), backends, .. } = &route.to else {
                    continue;
                };
                for Backend { port, .. } in &*backends.borrow() {
                    for host in &*route.hosts.borrow() {
                        declared.push(RoutedHost {
                            from: self.pods(),
                            ingress: ingress.clone(),
                            port: *port,
                            host: host.clone(),
                        });
                    }
                }
            }
        }
        if let Exposure::NetworkLoadBalancer = self.exposure {
            declared.push(aws::readiness_gates(&self.parent.namespace));
        }
    }

    fn build(&self, output: &mut Output<'_>) {
        if let Exposure::NodePort(port) = self.exposure {
            let (gateway, origin) = (self.parent.name.clone(), self.origin);
            output.facts.push(GatewayNodePort { gateway, port, origin });
        }
        let mut certificate = certificate_of(&self.parent.name, &self.issuer, self.hosts());
        certificate.metadata.namespace = Some(self.parent.namespace.to_string());
        output.add(self.origin, certificate);
        output.add(self.origin, self.gateway());
        output.add(self.origin, self.network_policy());
        self.limits.build(output, self.origin, self);
        if self.replicas > 1 {
            let pods = matching(self.pods().labels);
            let budget = disruption_budget(self.metadata(), pods, Unready::Counted);
            output.add(self.origin, budget);
        }
        self.build_grants(output);
    }
}

/// What sends clients from plain text to HTTPS.
pub(super) struct PlainTextPart {
    pub(super) origin: Origin,
    pub(super) gateway: Rc<GatewayState>,
}

impl Part for PlainTextPart {
    fn build(&self, output: &mut Output<'_>) {
        let Self { origin, gateway } = self;
        let Parent { name, namespace } = &gateway.parent;
        let redirect = api::RuleFilter {
            request_redirect: Some(api::FilterRequestRedirect {
                scheme: Some(api::RequestRedirectScheme::Https),
                status_code: Some(301),
                ..api::FilterRequestRedirect::default()
            }),
            ..api::RuleFilter::required(api::FilterType::RequestRedirect)
        };
        let section_name = Some(PLAIN.to_owned());
        output.add(
            *origin,
            api::HTTPRoute {
                metadata: named_in(namespace, format!("{name}-to-https")),
                spec: api::HTTPRouteSpec {
                    hostnames: None,
                    parent_refs: Some(vec![api::ParentReference {
                        section_name,
                        ..gateway.parent.reference()
                    }]),
                    rules: Some(vec![api::HTTPRouteRule {
                        filters: Some(vec![redirect]),
                        // Written as the API server completes it.
                        matches: Some(vec![route::below(&url_path!("/"), None)]),
                        ..api::HTTPRouteRule::default()
                    }]),
                },
            },
        );
    }
}
