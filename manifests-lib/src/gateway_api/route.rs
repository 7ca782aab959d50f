//! Routes: which host and path of a gateway lead where.

use std::collections::BTreeSet;

use custom_resources::k8s::networking::gateway::v1 as api;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::{Audience, GROUP, Gateway, Internal};
use crate::{Bundle, Dashboard, Host, IngressPort, Name, Origin, Port, Scheme, TlsSecret, UrlPath};

/// Requests for a host below a path, which go on into the mesh.
///
/// They enter it through its ingress gateway, because services admit nobody else from outside.
#[derive(Clone, Debug)]
pub struct HttpRoute<'a> {
    /// Name of the HTTPRoute.
    pub name: Name,
    /// Host that requests name.
    pub host: Host,
    /// First part of their paths; `/` for all.
    pub path: UrlPath,
    /// The port of the ingress gateway that leads to the service.
    pub to: &'a IngressPort,
}

/// A page for people on an internal gateway.
///
/// Becomes an HTTPRoute in the namespace of the page, for the host `<name of the page>.<domain>`; for a page that is served
/// by HTTPS, a BackendTLSPolicy too, by which the gateway checks the certificate.
#[derive(Clone, Debug)]
pub struct DashboardRoute<'a> {
    /// The page.
    pub dashboard: &'a Dashboard,
    /// The gateway. One that everybody reaches is of another type.
    pub gateway: &'a Gateway<Internal>,
    /// The domain of all pages.
    pub domain: &'a Host,
    /// The certificate that the page is served with; none where its scheme is HTTP.
    pub certificate: Option<&'a TlsSecret>,
}

impl Bundle {
    /// Opens a gateway for services of the mesh.
    ///
    /// Becomes an HTTPRoute for each, and a ReferenceGrant beside each ingress gateway.
    ///
    /// Upstream: <https://gateway-api.sigs.k8s.io/api-types/referencegrant/>
    #[track_caller]
    pub fn http_routes<'a, A: Audience>(
        &self,
        gateway: &Gateway<A>,
        routes: impl IntoIterator<Item = HttpRoute<'a>>,
    ) {
        let mut ingress_gateways = BTreeSet::new();
        for HttpRoute { name, host, path, to } in routes {
            let IngressPort { gateway: ingress, port } = to;
            ingress_gateways.insert((ingress.namespace.to_string(), ingress.name.to_string()));
            let metadata = super::server::metadata(gateway, name.to_string());
            let backend = api::HttpBackendRef {
                namespace: Some(ingress.namespace.to_string()),
                ..backend(&ingress.name, *port)
            };
            self.add(route(metadata, gateway, &host, &path, backend));
        }
        for (namespace, service) in ingress_gateways {
            self.add(grant(gateway, namespace, service));
        }
    }

    /// Opens an internal gateway for a page of the bundle.
    ///
    /// The build reports a page by HTTPS without a certificate, one by HTTP with one, a certificate of another namespace, and a
    /// namespace whose routes the gateway does not take.
    #[track_caller]
    pub fn dashboard_route(&self, route_of: DashboardRoute<'_>) {
        let DashboardRoute { dashboard, gateway, domain, certificate } = route_of;
        let origin = Origin::here();
        let service = &dashboard.service;
        if !gateway.routes_from.contains(&service.namespace) {
            self.error(
                origin,
                format!(
                    "the gateway {} ignores routes of the namespace {}, and {} would not be found: add the namespace to the \
                     gateway's `routes_from`",
                    gateway.name, service.namespace, dashboard.name
                ),
            );
        }
        if let Some(mistake) =
            certificate.and_then(|certificate| certificate.missing_in(&service.namespace))
        {
            self.error(origin, mistake);
        }
        let metadata = || ObjectMeta {
            name: Some(format!("{}-dashboard", dashboard.name)),
            namespace: Some(service.namespace.to_string()),
            ..ObjectMeta::default()
        };
        let host = dashboard.host(domain);
        let backend = backend(&service.name, service.port);
        self.add(route(metadata(), gateway, &host, &crate::url_path!("/"), backend));
        match (dashboard.scheme, certificate) {
            (Scheme::Http, None) => {}
            (Scheme::Https, Some(certificate)) => {
                self.add(api::BackendTLSPolicy {
                    metadata: metadata(),
                    spec: api::BackendTLSPolicySpec::required(
                        vec![api::BackendTLSPolicyTargetRef {
                            group: String::new(),
                            kind: "Service".to_owned(),
                            name: service.name.to_string(),
                            section_name: None,
                        }],
                        api::BackendTLSPolicyValidation {
                            ca_certificate_refs: Some(vec![api::LocalObjectReference {
                                group: String::new(),
                                kind: "Secret".to_owned(),
                                name: certificate.name.to_string(),
                            }]),
                            ..api::BackendTLSPolicyValidation::required(service.host())
                        },
                    ),
                });
            }
            (scheme, _) => self.error(
                origin,
                format!(
                    "{} is served by {}, which {} a certificate for the gateway to check: change `certificate`",
                    dashboard.name,
                    scheme.as_str(),
                    match scheme {
                        Scheme::Http => "has no",
                        Scheme::Https => "needs",
                    }
                ),
            ),
        }
    }
}

fn backend(service: &Name, port: Port) -> api::HttpBackendRef {
    api::HttpBackendRef {
        group: Some(String::new()),
        kind: Some("Service".to_owned()),
        port: Some(port.into()),
        weight: Some(1),
        ..api::HttpBackendRef::required(service.to_string())
    }
}

fn route<A>(
    metadata: ObjectMeta,
    gateway: &Gateway<A>,
    host: &Host,
    path: &UrlPath,
    backend: api::HttpBackendRef,
) -> api::HTTPRoute {
    api::HTTPRoute {
        metadata,
        spec: api::HTTPRouteSpec {
            hostnames: Some(vec![host.to_string()]),
            parent_refs: Some(vec![api::HTTPRouteParentRef {
                group: Some(GROUP.to_owned()),
                kind: Some("Gateway".to_owned()),
                namespace: Some(gateway.namespace.to_string()),
                ..api::HTTPRouteParentRef::required(gateway.name.to_string())
            }]),
            rules: Some(vec![api::HTTPRouteRule {
                backend_refs: Some(vec![backend]),
                matches: Some(vec![api::RuleMatch {
                    path: Some(api::MatchPath {
                        type_: Some(api::PathType::PathPrefix),
                        value: Some(path.to_string()),
                    }),
                    ..api::RuleMatch::default()
                }]),
                ..api::HTTPRouteRule::default()
            }]),
        },
    }
}

/// Lets routes beside the gateway lead to a Service in another namespace.
fn grant<A>(gateway: &Gateway<A>, namespace: String, service: String) -> api::ReferenceGrant {
    api::ReferenceGrant {
        metadata: ObjectMeta {
            name: Some(format!("{}-{service}", gateway.name)),
            namespace: Some(namespace),
            ..ObjectMeta::default()
        },
        spec: Some(api::ReferenceGrantSpec {
            from: vec![api::ReferenceGrantFrom {
                group: GROUP.to_owned(),
                kind: "HTTPRoute".to_owned(),
                namespace: gateway.namespace.to_string(),
            }],
            to: vec![api::ReferenceGrantTo {
                group: String::new(),
                kind: "Service".to_owned(),
                name: Some(service),
            }],
        }),
    }
}
