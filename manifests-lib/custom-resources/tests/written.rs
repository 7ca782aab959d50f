//! Objects as they are written, for the shapes that a derived `Serialize` would get wrong.

use std::collections::BTreeMap;

use custom_resources::external_secrets::generators::v1alpha1::{Password, PasswordSpec};
use custom_resources::external_secrets::v1::{
    DataFromRewrite, ExternalSecret, ExternalSecretDataFrom, ExternalSecretRefreshPolicy,
    ExternalSecretSpec, ExternalSecretTarget, GeneratorKind, GeneratorRef, RewriteTransform,
    SourceRef, TargetCreationPolicy,
};
use custom_resources::istio::networking::v1::{
    ConsistentHashHttpCookie, Destination, DestinationRule, DestinationRuleSpec,
    DestinationRuleTrafficPolicy, HttpHeaderNameOrOther, HttpMatch, HttpRoute,
    LoadBalancerConsistentHash, PortSelector, SimpleOrConsistentHash, StringMatch,
    TrafficPolicyLoadBalancer, VirtualService, VirtualServiceHttp, VirtualServiceSpec,
};
use custom_resources::istio::security::v1::{
    MtlsMode, PeerAuthentication, PeerAuthenticationMtls, PeerAuthenticationSpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::{Metadata, NamespaceResourceScope, Resource};
use serde_json::json;

fn metadata(name: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        namespace: Some("services".to_owned()),
        ..ObjectMeta::default()
    }
}

fn destination() -> Destination {
    Destination {
        host: "account-app-service".to_owned(),
        port: Some(PortSelector { number: Some(50000) }),
        subset: None,
    }
}

#[test]
fn a_virtual_service_with_every_form_of_match() {
    let object = VirtualService {
        metadata: metadata("account"),
        spec: Some(VirtualServiceSpec {
            hosts: Some(vec!["account".to_owned()]),
            http: Some(vec![VirtualServiceHttp {
                match_: Some(vec![HttpMatch {
                    headers: Some(BTreeMap::from([
                        ("x-user".to_owned(), StringMatch::Empty),
                        ("x-version".to_owned(), StringMatch::Regex("v[0-9]+".to_owned())),
                    ])),
                    uri: Some(StringMatch::Prefix("/account".to_owned())),
                    ..HttpMatch::default()
                }]),
                route: Some(vec![HttpRoute {
                    destination: destination(),
                    headers: None,
                    weight: Some(100),
                }]),
                ..VirtualServiceHttp::default()
            }]),
            ..VirtualServiceSpec::default()
        }),
    };
    assert_eq!(
        json!(object),
        json!({
            "apiVersion": "networking.istio.io/v1",
            "kind": "VirtualService",
            "metadata": {"name": "account", "namespace": "services"},
            "spec": {
                "hosts": ["account"],
                "http": [{
                    "match": [{
                        "headers": {"x-user": {}, "x-version": {"regex": "v[0-9]+"}},
                        "uri": {"prefix": "/account"},
                    }],
                    "route": [{
                        "destination": {"host": "account-app-service", "port": {"number": 50000}},
                        "weight": 100,
                    }],
                }],
            },
        })
    );
}

#[test]
fn a_destination_rule_with_alternatives_inside_alternatives() {
    let cookie = ConsistentHashHttpCookie {
        attributes: None,
        name: "session".to_owned(),
        path: None,
        ttl: Some("0s".to_owned()),
    };
    let object = DestinationRule {
        metadata: metadata("account"),
        spec: Some(DestinationRuleSpec {
            host: "account-app-service".to_owned(),
            traffic_policy: Some(DestinationRuleTrafficPolicy {
                load_balancer: Some(TrafficPolicyLoadBalancer {
                    simple_or_consistent_hash: Some(SimpleOrConsistentHash::ConsistentHash(
                        LoadBalancerConsistentHash {
                            http_header_name_or_other: Some(HttpHeaderNameOrOther::HttpCookie(
                                cookie,
                            )),
                            minimum_ring_size: Some(1024),
                            ring_hash_or_maglev: None,
                        },
                    )),
                    ..TrafficPolicyLoadBalancer::default()
                }),
                ..DestinationRuleTrafficPolicy::default()
            }),
            export_to: None,
            subsets: None,
            workload_selector: None,
        }),
    };
    assert_eq!(
        json!(object)["spec"],
        json!({
            "host": "account-app-service",
            "trafficPolicy": {
                "loadBalancer": {
                    "consistentHash": {
                        "httpCookie": {"name": "session", "ttl": "0s"},
                        "minimumRingSize": 1024,
                    },
                },
            },
        })
    );
}

#[test]
fn an_external_secret_from_a_generator() {
    let object = ExternalSecret {
        metadata: metadata("account-db-secret"),
        spec: Some(ExternalSecretSpec {
            data_from: Some(vec![ExternalSecretDataFrom {
                rewrite: Some(vec![DataFromRewrite::Transform(RewriteTransform {
                    template: "DB_{{ .value }}".to_owned(),
                })]),
                source_ref: Some(SourceRef::GeneratorRef(GeneratorRef {
                    api_version: Some("generators.external-secrets.io/v1alpha1".to_owned()),
                    kind: GeneratorKind::Password,
                    name: "account-db".to_owned(),
                })),
                ..ExternalSecretDataFrom::default()
            }]),
            refresh_policy: Some(ExternalSecretRefreshPolicy::CreatedOnce),
            target: Some(ExternalSecretTarget {
                creation_policy: Some(TargetCreationPolicy::Orphan),
                ..ExternalSecretTarget::default()
            }),
            ..ExternalSecretSpec::default()
        }),
    };
    assert_eq!(
        json!(object)["spec"],
        json!({
            "dataFrom": [{
                "rewrite": [{"transform": {"template": "DB_{{ .value }}"}}],
                "sourceRef": {
                    "generatorRef": {
                        "apiVersion": "generators.external-secrets.io/v1alpha1",
                        "kind": "Password",
                        "name": "account-db",
                    },
                },
            }],
            "refreshPolicy": "CreatedOnce",
            "target": {"creationPolicy": "Orphan"},
        })
    );
}

#[test]
fn a_password_generator() {
    let object = Password {
        metadata: metadata("account-db"),
        spec: Some(PasswordSpec {
            allow_repeat: Some(true),
            digits: Some(8),
            encoding: None,
            length: Some(32),
            no_upper: Some(false),
            secret_keys: None,
            symbol_characters: None,
            symbols: Some(0),
        }),
    };
    assert_eq!(
        json!(object),
        json!({
            "apiVersion": "generators.external-secrets.io/v1alpha1",
            "kind": "Password",
            "metadata": {"name": "account-db", "namespace": "services"},
            "spec": {"allowRepeat": true, "digits": 8, "length": 32, "noUpper": false, "symbols": 0},
        })
    );
}

#[test]
fn a_kind_says_what_kubernetes_asks_for() {
    fn facts<T: Resource<Scope = NamespaceResourceScope> + Metadata<Ty = ObjectMeta>>(
        _: &T,
    ) -> [&'static str; 5] {
        [T::API_VERSION, T::GROUP, T::VERSION, T::KIND, T::URL_PATH_SEGMENT]
    }
    let mut object = PeerAuthentication {
        metadata: metadata("default"),
        spec: Some(PeerAuthenticationSpec {
            mtls: Some(PeerAuthenticationMtls { mode: Some(MtlsMode::Strict) }),
            ..PeerAuthenticationSpec::default()
        }),
    };
    assert_eq!(
        facts(&object),
        [
            "security.istio.io/v1",
            "security.istio.io",
            "v1",
            "PeerAuthentication",
            "peerauthentications"
        ]
    );
    object.metadata_mut().name = Some("other".to_owned());
    assert_eq!(json!(object)["metadata"]["name"], "other");
    assert_eq!(json!(object)["spec"], json!({"mtls": {"mode": "STRICT"}}));
}

/// The order of an object's first properties is what people read first.
#[test]
fn api_version_kind_and_metadata_come_first() {
    let object = VirtualService { metadata: metadata("account"), spec: None };
    let text = serde_json::to_string(&object).expect("JSON");
    assert!(
        text.starts_with(
            r#"{"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"#
        ),
        "{text}"
    );
}
