//! How employees reach web UIs of tools.

use std::cell::RefCell;
use std::rc::Rc;

use custom_resources::cert_manager::v1 as cert_manager;
use custom_resources::k8s::networking::gateway::v1 as api;
use custom_resources::nginx::gateway::v1alpha1 as nginx;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::api::policy::v1 as policy;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::gateway::{GatewaySpec, GatewayState, Visibility};
use super::route::{backend, backend_tls_policy, below, route};
use crate::model::bundle::{Bundle, Output, Part};
use crate::model::facts::Facts;
use crate::model::metadata::named_in;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::network::certificate::certificate_of;
use crate::network::issuer::{Asked, ClusterIssuer};
use crate::network::service_ref::ServiceRef;
use crate::observability::web_ui::{Scheme, WebUi, WebUiHandle, WebUiRequests, WebUiSpec};
use crate::outside::Literal;
use crate::values::{Host, Name};

/// How employees reach web UIs: by a gateway that only clients in the network of the cluster reach, or, where there is none, by
/// forwarding ports.
#[derive(Clone)]
pub struct InternalAccess {
    gateway: Option<InternalGateway>,
}

/// A gateway for web UIs, of [`Bundle::internal_gateway`].
#[derive(Clone)]
pub struct InternalGateway {
    state: Rc<GatewayState>,
    made: Made,
}

patchable! {
    InternalGateway {
        made: api::Gateway, cert_manager::Certificate, networking::NetworkPolicy, policy::PodDisruptionBudget,
            nginx::ClientSettingsPolicy, nginx::ProxySettingsPolicy, nginx::RateLimitPolicy;
    }
}

/// The certificate of a web UI that is served by HTTPS.
#[derive(Clone, Debug)]
pub struct ServingCertificate<'a> {
    /// Name of the Secret that the tool takes it from, and of the Certificate: `name!("argocd-server-tls")`.
    pub secret: Name,
    /// Its issuer.
    pub issuer: &'a ClusterIssuer,
}

impl Bundle {
    /// Makes a gateway for the web UIs of a domain, for clients in the network of the cluster.
    #[track_caller]
    #[must_use = "a gateway without a web UI leads nowhere"]
    pub fn internal_gateway(&self, spec: GatewaySpec<'_>, domain: Host) -> InternalAccess {
        let visibility = Visibility::Internal { domain, routes_from: RefCell::default() };
        let state = Rc::new(GatewayState::new(Origin::here(), self, spec, visibility));
        let made = self.push(Rc::clone(&state));
        InternalAccess { gateway: Some(InternalGateway { state, made }) }
    }
}

impl InternalAccess {
    /// There is no gateway: people forward ports.
    #[must_use]
    pub fn by_forwarding_ports() -> Self {
        Self { gateway: None }
    }

    /// The gateway, where there is one: its objects can be patched.
    #[must_use]
    pub fn gateway(&self) -> Option<&InternalGateway> {
        self.gateway.as_ref()
    }

    /// Makes a web UI that is served by HTTP known, and leads the gateway to it where there is one.
    ///
    /// Becomes an HTTPRoute in the namespace of the web UI, for the host `<its name>.<domain>`; the pods admit the gateway.
    #[track_caller]
    pub fn web_ui(&self, web_ui: WebUiSpec<'_>) -> WebUiHandle {
        self.add(Origin::here(), web_ui, Scheme::Http, None)
    }

    /// The same for a web UI that is served by HTTPS. Where there is a gateway, a certificate is issued for the tool, which the
    /// gateway checks; elsewhere the tool makes its own.
    ///
    /// Becomes a Certificate and a BackendTLSPolicy, too.
    #[track_caller]
    pub fn https_web_ui(
        &self,
        web_ui: WebUiSpec<'_>,
        certificate: &ServingCertificate<'_>,
    ) -> WebUiHandle {
        self.add(Origin::here(), web_ui, Scheme::Https, Some(certificate))
    }

    fn add(
        &self,
        origin: Origin,
        web_ui: WebUiSpec<'_>,
        scheme: Scheme,
        certificate: Option<&ServingCertificate<'_>>,
    ) -> WebUiHandle {
        let WebUiSpec { name, port, requests, local_port } = web_ui;
        let bundle = port.bundle();
        let service = port.service().clone();
        let gateway = self.gateway.as_ref().map(|gateway| &gateway.state);
        let host = gateway.and_then(|gateway| {
            port.admit_gateway(gateway.pods());
            gateway.take_routes_of(bundle).map(|domain| domain.below(&name))
        });
        let web_ui = WebUi { name, service, scheme, local_port, host, origin };
        let mut made = bundle.push(WebUiPart(web_ui.clone()));
        if let (Some(gateway), Some(host)) = (gateway, &web_ui.host) {
            let route = bundle.push(WebUiRoutePart {
                origin,
                name: web_ui.name.clone(),
                service: web_ui.service.clone(),
                gateway: Rc::clone(gateway),
                host: host.clone(),
                matches: matches(&requests),
                certificate: certificate.map(|ServingCertificate { secret, issuer }| {
                    let asked = issuer.asked_in(&web_ui.service.namespace);
                    (certificate_of(secret, issuer, vec![web_ui.service.host()]), asked)
                }),
            });
            made = made.through(&route);
        }
        WebUiHandle { web_ui, port: port.clone(), made }
    }
}

impl GatewayState {
    /// Takes routes of the bundle's namespace; returns the domain of its hosts.
    fn take_routes_of(&self, bundle: &Bundle) -> Option<&Host> {
        match &self.visibility {
            Visibility::Internal { domain, routes_from } => {
                let namespace = bundle.namespace().clone();
                routes_from.borrow_mut().insert(bundle.name().clone(), namespace);
                Some(domain)
            }
            Visibility::Public { .. } => None,
        }
    }
}

struct WebUiPart(WebUi);

impl Part for WebUiPart {
    fn build(&self, output: &mut Output<'_>) {
        output.facts.push(self.0.clone());
    }
}

/// The requests that reach a web UI.
fn matches(requests: &WebUiRequests) -> Vec<api::RuleMatch> {
    let root = url_path!("/");
    let reads = || below(&root, Some(api::MatchMethod::Get));
    match requests {
        WebUiRequests::All => vec![below(&root, None)],
        WebUiRequests::Reads => vec![reads()],
        WebUiRequests::ReadsAndQueries(path) => {
            vec![reads(), below(path, Some(api::MatchMethod::Post))]
        }
    }
}

/// The way from the gateway to a web UI.
struct WebUiRoutePart {
    origin: Origin,
    name: Name,
    service: ServiceRef,
    gateway: Rc<GatewayState>,
    host: Host,
    matches: Vec<api::RuleMatch>,
    /// The certificate that it is served with; none where it is served by HTTP.
    certificate: Option<(cert_manager::Certificate, Asked)>,
}

impl WebUiRoutePart {
    fn metadata(&self) -> ObjectMeta {
        named_in(&self.service.namespace, format!("{}-dashboard", self.name))
    }
}

impl Part for WebUiRoutePart {
    fn declare(&self, declared: &mut Facts) {
        if let Some((_, asked)) = &self.certificate {
            declared.push(asked.clone());
        }
    }

    fn build(&self, output: &mut Output<'_>) {
        let backend = backend(self.service.name.as_str(), self.service.port);
        let route =
            route(self.metadata(), &self.gateway.parent, &self.host, self.matches.clone(), backend);
        output.add(self.origin, route);
        Literal::tell(output.facts, self.host.as_str(), self.host.origin(), self.origin);
        if let Some((certificate, _)) = &self.certificate {
            output.add(self.origin, certificate.clone());
            let secret = certificate.metadata.name.as_deref().unwrap_or_default();
            let ServiceRef { name, .. } = &self.service;
            let policy = backend_tls_policy(self.metadata(), name, secret, self.service.host());
            output.add(self.origin, policy);
        }
    }
}
