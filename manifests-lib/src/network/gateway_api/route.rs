//! Routes: which host and path of a gateway lead where.

use std::collections::BTreeSet;

use custom_resources::k8s::networking::gateway::v1 as api;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::GROUP;
use crate::model::metadata::named_in;
use crate::model::namespace::Namespace;
use crate::values::{Host, Name, Port, UrlPath};

/// The gateway that routes belong to.
#[derive(Clone)]
pub(super) struct Parent {
    pub(super) name: Name,
    pub(super) namespace: Namespace,
}

impl Parent {
    /// The gateway, by all of its listeners.
    pub(super) fn reference(&self) -> api::ParentReference {
        api::ParentReference {
            group: Some(GROUP.to_owned()),
            kind: Some("Gateway".to_owned()),
            namespace: Some(self.namespace.to_string()),
            ..api::ParentReference::required(self.name.to_string())
        }
    }
}

/// A port of a Service.
pub(super) fn backend(service: impl Into<String>, port: Port) -> api::HttpBackendRef {
    api::HttpBackendRef {
        group: Some(String::new()),
        kind: Some("Service".to_owned()),
        port: Some(port.into()),
        weight: Some(1),
        ..api::HttpBackendRef::required(service.into())
    }
}

/// Requests below a path, of one method or of all.
pub(super) fn below(path: &UrlPath, method: Option<api::MatchMethod>) -> api::RuleMatch {
    api::RuleMatch {
        method,
        path: Some(api::MatchPath {
            type_: Some(api::PathType::PathPrefix),
            value: Some(path.to_string()),
        }),
        ..api::RuleMatch::default()
    }
}

/// Requests for a host that match one of these.
pub(super) fn route(
    metadata: ObjectMeta,
    gateway: &Parent,
    host: &Host,
    matches: Vec<api::RuleMatch>,
    backend: api::HttpBackendRef,
) -> api::HTTPRoute {
    api::HTTPRoute {
        metadata,
        spec: api::HTTPRouteSpec {
            hostnames: Some(vec![host.to_string()]),
            parent_refs: Some(vec![gateway.reference()]),
            rules: Some(vec![api::HTTPRouteRule {
                backend_refs: Some(vec![backend]),
                matches: Some(matches),
                ..api::HTTPRouteRule::default()
            }]),
        },
    }
}

/// Lets routes beside the gateway lead to a Service in another namespace.
///
/// Upstream: <https://gateway-api.sigs.k8s.io/api-types/referencegrant/>
pub(super) fn grant(
    gateway: &Parent,
    namespace: &Namespace,
    service: &str,
    kinds: BTreeSet<&str>,
) -> api::ReferenceGrant {
    let from = |kind: &str| api::ReferenceGrantFrom {
        group: GROUP.to_owned(),
        kind: kind.to_owned(),
        namespace: gateway.namespace.to_string(),
    };
    api::ReferenceGrant {
        metadata: named_in(namespace, format!("{}-{service}", gateway.name)),
        spec: Some(api::ReferenceGrantSpec {
            from: kinds.into_iter().map(from).collect(),
            to: vec![api::ReferenceGrantTo {
                group: String::new(),
                kind: "Service".to_owned(),
                name: Some(service.to_string()),
            }],
        }),
    }
}

/// By which gateways talk TLS to a Service of the object's namespace, and check that its certificate is for this host and
/// signed by the CA in a Secret of cert-manager.
///
/// Upstream: <https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/>
pub(crate) fn backend_tls_policy(
    metadata: ObjectMeta,
    service: &Name,
    secret: &str,
    host: String,
) -> api::BackendTLSPolicy {
    api::BackendTLSPolicy {
        metadata,
        spec: api::BackendTLSPolicySpec::required(
            vec![api::BackendTLSPolicyTargetRef {
                group: String::new(),
                kind: "Service".to_owned(),
                name: service.to_string(),
                section_name: None,
            }],
            api::BackendTLSPolicyValidation {
                ca_certificate_refs: Some(vec![api::LocalObjectReference {
                    group: String::new(),
                    kind: "Secret".to_owned(),
                    name: secret.to_owned(),
                }]),
                ..api::BackendTLSPolicyValidation::required(host)
            },
        ),
    }
}
