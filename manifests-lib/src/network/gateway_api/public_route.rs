//! What a route of a public gateway becomes.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use custom_resources::k8s::networking::gateway::v1 as api;
use custom_resources::nginx::gateway::v1alpha1 as nginx;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::gateway::GatewayState;
use super::options::{Cors, HttpMethod, RedirectStatus, RedirectTo};
use super::{GROUP, route};
use crate::model::bundle::{Output, Part};
use crate::model::error::BuildError;
use crate::model::metadata::named_in;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::network::mesh::IngressGateway;
use crate::network::protocol::{Grpc, Protocol};
use crate::outside::Literal;
use crate::values::{Host, Name, Port, Seconds, UrlPath};

/// A route of a public gateway.
pub(super) struct PublicRoute {
    pub(super) origin: Origin,
    /// The bundle of the service.
    pub(super) bundle: Name,
    pub(super) name: Name,
    pub(super) hosts: RefCell<Vec<Host>>,
    pub(super) paths: RefCell<Vec<UrlPath>>,
    /// Whether paths are meant as they are, without what is below them.
    pub(super) exact: Cell<bool>,
    pub(super) method: Cell<Option<HttpMethod>>,
    pub(super) headers: RefCell<BTreeMap<String, String>>,
    pub(super) to: To,
    pub(super) rewrite: RefCell<Option<UrlPath>>,
    pub(super) cors: RefCell<Option<Cors>>,
    pub(super) response_timeout: Cell<Option<(Seconds, Origin)>>,
}

/// Where a route leads.
pub(super) enum To {
    /// To Services.
    Services {
        /// Whose ports they are, each of which is a service's; without it they are the services' own.
        ingress: Option<IngressGateway>,
        protocol: &'static str,
        backends: RefCell<Vec<Backend>>,
    },
    /// To another URL.
    Url { to: RedirectTo, status: RedirectStatus },
}

/// A port of a Service to which a route leads, and its weight.
#[derive(Clone)]
pub(super) struct Backend {
    pub(super) namespace: Namespace,
    pub(super) service: String,
    pub(super) port: Port,
    pub(super) weight: i32,
}

/// What a gateway decides by.
pub(super) type Match = (Host, UrlPath, bool, Option<HttpMethod>, BTreeMap<String, String>);

impl PublicRoute {
    pub(super) fn new(
        origin: Origin,
        bundle: Name,
        name: Name,
        first: (Host, UrlPath),
        to: To,
    ) -> Self {
        let (host, path) = first;
        Self {
            origin,
            bundle,
            name,
            hosts: RefCell::new(vec![host]),
            paths: RefCell::new(vec![path]),
            exact: Cell::default(),
            method: Cell::default(),
            headers: RefCell::default(),
            to,
            rewrite: RefCell::default(),
            cors: RefCell::default(),
            response_timeout: Cell::default(),
        }
    }

    pub(super) fn is_grpc(&self) -> bool {
        matches!(self.to, To::Services { protocol, .. } if protocol == Grpc::NAME)
    }

    pub(super) fn kind(&self) -> &'static str {
        if self.is_grpc() { "GRPCRoute" } else { "HTTPRoute" }
    }

    /// Where it leads.
    pub(super) fn backends(&self) -> Vec<Backend> {
        match &self.to {
            To::Services { backends, .. } => backends.borrow().clone(),
            To::Url { .. } => Vec::new(),
        }
    }

    /// Another service has so many of a hundred requests; the first keeps the rest.
    pub(super) fn share(&self, percent: u8, other: Backend) {
        let To::Services { backends, .. } = &self.to else { return };
        let mut backends = backends.borrow_mut();
        if let [first] = backends.as_mut_slice() {
            first.weight = 100;
        }
        if let Some(first) = backends.first_mut() {
            first.weight -= i32::from(percent);
        }
        backends.push(Backend { weight: percent.into(), ..other });
    }

    pub(super) fn matches(&self) -> Vec<Match> {
        let (hosts, paths) = (self.hosts.borrow(), self.paths.borrow());
        let of_host = |host: &Host| {
            let of_path = |path: &UrlPath| {
                let headers = self.headers.borrow().clone();
                (host.clone(), path.clone(), self.exact.get(), self.method.get(), headers)
            };
            paths.iter().map(of_path).collect::<Vec<_>>()
        };
        hosts.iter().flat_map(of_host).collect()
    }

    fn headers(&self) -> Option<Vec<api::MatchHeader>> {
        let header = |(name, value): (&String, &String)| api::MatchHeader {
            name: name.clone(),
            type_: Some(api::HeaderType::Exact),
            value: value.clone(),
        };
        let headers: Vec<_> = self.headers.borrow().iter().map(header).collect();
        (!headers.is_empty()).then_some(headers)
    }

    fn request(&self, path: &UrlPath) -> api::RuleMatch {
        let mut request = route::below(path, self.method.get().map(HttpMethod::matched));
        if let Some(path) = request.path.as_mut().filter(|_| self.exact.get()) {
            path.type_ = Some(api::PathType::Exact);
        }
        api::RuleMatch { headers: self.headers(), ..request }
    }

    fn filters(&self) -> Option<Vec<api::RuleFilter>> {
        let mut filters = Vec::new();
        if let To::Url { to, status } = &self.to {
            filters.push(api::RuleFilter {
                request_redirect: Some(to.filter(*status)),
                ..api::RuleFilter::required(api::FilterType::RequestRedirect)
            });
        }
        if let Some(path) = &*self.rewrite.borrow() {
            filters.push(api::RuleFilter {
                url_rewrite: Some(api::FilterUrlRewrite {
                    hostname: None,
                    path: Some(replaced(path, self.exact.get())),
                }),
                ..api::RuleFilter::required(api::FilterType::UrlRewrite)
            });
        }
        if let Some(cors) = &*self.cors.borrow() {
            filters.push(api::RuleFilter {
                cors: Some(cors.filter()),
                ..api::RuleFilter::required(api::FilterType::Cors)
            });
        }
        (!filters.is_empty()).then_some(filters)
    }

    fn http_route(&self, metadata: ObjectMeta, parent: api::ParentReference) -> api::HTTPRoute {
        let backend = |Backend { namespace, service, port, weight }| api::HttpBackendRef {
            namespace: Some(namespace.to_string()),
            weight: Some(weight),
            ..route::backend(service, port)
        };
        let backends: Vec<_> = self.backends().into_iter().map(backend).collect();
        let backends = (!backends.is_empty()).then_some(backends);
        let rule = |matches| api::HTTPRouteRule {
            backend_refs: backends.clone(),
            filters: self.filters(),
            matches: Some(matches),
            ..api::HTTPRouteRule::default()
        };
        let paths = self.paths.borrow();
        let matches = paths.iter().map(|path| self.request(path));
        let rules = if self.filters().is_some() {
            // What replaces a path is read beside one path alone.
            matches.map(|one| rule(vec![one])).collect()
        } else {
            vec![rule(matches.collect())]
        };
        api::HTTPRoute {
            metadata,
            spec: api::HTTPRouteSpec {
                hostnames: Some(self.hosts.borrow().iter().map(ToString::to_string).collect()),
                parent_refs: Some(vec![parent]),
                rules: Some(rules),
            },
        }
    }

    fn grpc_route(&self, metadata: ObjectMeta, parent: api::ParentReference) -> api::GRPCRoute {
        let backend = |Backend { namespace, service, port, weight }| api::GrpcBackendRef {
            group: Some(String::new()),
            kind: Some("Service".to_owned()),
            namespace: Some(namespace.to_string()),
            port: Some(port.into()),
            weight: Some(weight),
            ..api::GrpcBackendRef::required(service)
        };
        let call = |path: &UrlPath| {
            let method = grpc_method(path).map(|(service, method)| api::GrpcMethodMatch {
                method: Some(method.to_owned()),
                service: Some(service.to_owned()),
                type_: Some(api::HeaderType::Exact),
            });
            api::GrpcRuleMatch { headers: self.headers(), method }
        };
        let matches: Vec<_> = self.paths.borrow().iter().map(call).collect();
        let matches_all = matches.iter().any(|it| it.method.is_none() && it.headers.is_none());
        api::GRPCRoute {
            metadata,
            spec: api::GRPCRouteSpec {
                hostnames: Some(self.hosts.borrow().iter().map(ToString::to_string).collect()),
                parent_refs: Some(vec![parent]),
                rules: Some(vec![api::GRPCRouteRule {
                    backend_refs: Some(self.backends().into_iter().map(backend).collect()),
                    matches: (!matches_all).then_some(matches),
                    ..api::GRPCRouteRule::default()
                }]),
            },
        }
    }

    fn timeouts(&self, metadata: ObjectMeta, time: Seconds) -> nginx::ProxySettingsPolicy {
        let seconds = format!("{}s", time.as_seconds());
        let target = nginx::LocalPolicyTargetReference {
            group: GROUP.to_owned(),
            kind: self.kind().to_owned(),
            name: self.name.to_string(),
        };
        nginx::ProxySettingsPolicy {
            metadata,
            spec: nginx::ProxySettingsPolicySpec {
                timeout: Some(nginx::ProxySettingsPolicyTimeout {
                    connect: None,
                    read: Some(seconds.clone()),
                    send: Some(seconds),
                }),
                ..nginx::ProxySettingsPolicySpec::required(vec![target])
            },
        }
    }

    /// What the gateway would not do.
    fn mistakes(&self) -> Vec<BuildError> {
        let mut mistakes = Vec::new();
        let mut refuse =
            |rule, origin, message| mistakes.push(BuildError::new(rule, origin, message));
        for path in self.paths.borrow().iter().filter(|_| self.is_grpc()) {
            if path.as_str() != "/" && grpc_method(path).is_none() {
                let message = format!(
                    "the route {} leads calls below {path} to a service of gRPC, and NGINX knows whole methods alone, so that it would \
                     refuse the route: name one, as in /shop.Cart/AddItem, or all by /",
                    self.name
                );
                refuse(Rule::UnsupportedRoute, self.origin, message);
            }
        }
        if let Some(cors) = &*self.cors.borrow()
            && let Some(mistake) = cors.mistake()
        {
            let message = format!("the route {} {mistake}", self.name);
            refuse(Rule::UnsupportedRoute, self.origin, message);
        }
        if self.cors.borrow().is_some() && self.method.get().is_some() {
            let message = format!(
                "the route {} takes one method alone, and browsers ask by OPTIONS whether pages of other hosts may call: leave the \
                 method out, and name those that may be called in `Cors`",
                self.name
            );
            refuse(Rule::UnsupportedRoute, self.origin, message);
        }
        if self.cors.borrow().is_some() && !self.headers.borrow().is_empty() {
            let message = format!(
                "the route {} takes requests with a header alone, and browsers ask without it whether pages of other hosts may call, \
                 so that every call is blocked: leave the header out, or give these requests a path of their own",
                self.name
            );
            refuse(Rule::UnsupportedRoute, self.origin, message);
        }
        for name in self.headers.borrow().keys().filter(|name| !is_header(name)) {
            let message = format!(
                "the route {} matches the header {name:?}, which is no name of a header, and the API server refuses it: use letters, \
                 digits and dashes",
                self.name
            );
            refuse(Rule::UnsupportedRoute, self.origin, message);
        }
        if self.backends().iter().any(|backend| backend.weight < 1) {
            let message = format!(
                "the route {} gives a service no requests at all: give each of its services at least one of a hundred",
                self.name
            );
            refuse(Rule::UnsupportedRoute, self.origin, message);
        }
        if let Some((time, origin)) = self.response_timeout.get()
            && !(1..=9999).contains(&time.as_seconds())
        {
            let message = format!(
                "the route {} waits for less than a second or more than 9999, which its policy refuses: choose a time between",
                self.name
            );
            refuse(Rule::LimitOutOfRange, origin, message);
        }
        mistakes
    }
}

/// What takes the place of a path, or of its beginning.
pub(super) fn replaced(path: &UrlPath, whole: bool) -> api::RequestRedirectPath {
    let text = Some(path.to_string());
    if whole {
        api::RequestRedirectPath {
            replace_full_path: text,
            ..api::RequestRedirectPath::required(api::RequestRedirectPathType::ReplaceFullPath)
        }
    } else {
        api::RequestRedirectPath {
            replace_prefix_match: text,
            ..api::RequestRedirectPath::required(api::RequestRedirectPathType::ReplacePrefixMatch)
        }
    }
}

/// Service and method of a path of gRPC: `/shop.Cart/AddItem`.
fn grpc_method(path: &UrlPath) -> Option<(&str, &str)> {
    let (service, method) = path.as_str().strip_prefix('/')?.split_once('/')?;
    (!service.is_empty() && !method.is_empty() && !method.contains('/'))
        .then_some((service, method))
}

fn is_header(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A route, in the bundle of its gateway.
pub(super) struct PublicRoutePart {
    pub(super) gateway: Rc<GatewayState>,
    pub(super) route: Rc<PublicRoute>,
}

impl Part for PublicRoutePart {
    fn build(&self, output: &mut Output<'_>) {
        let Self { gateway, route } = self;
        let mistakes = route.mistakes();
        if !mistakes.is_empty() {
            output.errors.extend(mistakes);
            return;
        }
        let metadata = || named_in(&gateway.parent.namespace, &route.name);
        let parent = gateway.parent_of_routes();
        if route.is_grpc() {
            output.add(route.origin, route.grpc_route(metadata(), parent));
        } else {
            output.add(route.origin, route.http_route(metadata(), parent));
        }
        if let Some((time, origin)) = route.response_timeout.get() {
            output.add(origin, route.timeouts(metadata(), time));
        }
        for host in &*route.hosts.borrow() {
            Literal::tell(output.facts, host.as_str(), host.origin(), route.origin);
        }
    }
}
