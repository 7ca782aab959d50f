//! Values as Helm reads them.

use std::collections::BTreeMap;

use helm_values::{HelmChart, argo_cd, gateway, istiod, kube_prometheus_stack};
use k8s_openapi::api::core::v1::ServicePort;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::{json, to_value};

#[test]
fn what_is_not_set_is_not_written() {
    assert_eq!(to_value(istiod::Values::default()).unwrap(), json!({}));
    let values = istiod::Values {
        mesh_config: Some(istiod::MeshConfig::default()),
        ..istiod::Values::default()
    };
    assert_eq!(to_value(values).unwrap(), json!({"meshConfig": {}}));
}

#[test]
fn declared_values_are_written_where_the_templates_read_them() {
    let values = istiod::Values {
        revision: Some("1-30-3".to_owned()),
        revision_tags: Some(vec!["default".to_owned()]),
        mesh_config: Some(istiod::MeshConfig {
            outbound_traffic_policy: Some(istiod::MeshConfigOutboundTrafficPolicy {
                mode: Some("REGISTRY_ONLY".to_owned()),
            }),
            default_config: Some(istiod::MeshConfigDefaultConfig {
                proxy_metadata: Some(BTreeMap::from([(
                    "ISTIO_META_DNS_CAPTURE".to_owned(),
                    "true".to_owned(),
                )])),
                ..istiod::MeshConfigDefaultConfig::default()
            }),
            extension_providers: Some(vec![istiod::MeshConfigExtensionProvider {
                name: Some("jaeger".to_owned()),
                opentelemetry: Some(istiod::MeshConfigExtensionProviderOpentelemetry {
                    service: Some("jaeger.jaeger.svc.cluster.local".to_owned()),
                    port: Some(4317),
                    ..istiod::MeshConfigExtensionProviderOpentelemetry::default()
                }),
                ..istiod::MeshConfigExtensionProvider::default()
            }]),
            ..istiod::MeshConfig::default()
        }),
        ..istiod::Values::default()
    };
    assert_eq!(
        to_value(values).unwrap(),
        json!({
            "revision": "1-30-3",
            "revisionTags": ["default"],
            "meshConfig": {
                "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
                "defaultConfig": {"proxyMetadata": {"ISTIO_META_DNS_CAPTURE": "true"}},
                "extensionProviders": [{
                    "name": "jaeger",
                    "opentelemetry": {"service": "jaeger.jaeger.svc.cluster.local", "port": 4317},
                }],
            },
        })
    );
}

#[test]
fn keys_keep_their_dots_dashes_and_capitals() {
    let values = argo_cd::Values {
        configs: Some(argo_cd::Configs {
            cm: Some(argo_cd::ConfigsCm {
                admin_enabled: Some(false),
                additional: BTreeMap::from([(
                    "resource.customizations.health.argoproj.io_Application".to_owned(),
                    "hs = {}".to_owned(),
                )]),
                ..argo_cd::ConfigsCm::default()
            }),
            params: Some(argo_cd::ConfigsParams {
                server_insecure: Some(true),
                ..argo_cd::ConfigsParams::default()
            }),
            ..argo_cd::Configs::default()
        }),
        redis_ha: Some(argo_cd::RedisHa { enabled: Some(false) }),
        ..argo_cd::Values::default()
    };
    assert_eq!(
        to_value(values).unwrap(),
        json!({
            "configs": {
                "cm": {
                    "admin.enabled": false,
                    "resource.customizations.health.argoproj.io_Application": "hs = {}",
                },
                "params": {"server.insecure": true},
            },
            "redis-ha": {"enabled": false},
        })
    );
}

#[test]
fn values_of_a_subchart_stand_below_its_key() {
    let values = kube_prometheus_stack::Values {
        kube_state_metrics: Some(kube_prometheus_stack::KubeStateMetrics { enabled: Some(true) }),
        kube_state_metrics_chart: Some(kube_prometheus_stack::KubeStateMetricsChart {
            replicas: Some(1),
            ..kube_prometheus_stack::KubeStateMetricsChart::default()
        }),
        ..kube_prometheus_stack::Values::default()
    };
    assert_eq!(
        to_value(values).unwrap(),
        json!({
            "kubeStateMetrics": {"enabled": true},
            "kube-state-metrics": {"replicas": 1},
        })
    );
}

#[test]
fn what_a_chart_passes_on_is_a_type_of_kubernetes() {
    let values = gateway::Values {
        kind: Some(gateway::Kind::Deployment),
        service: Some(gateway::Service {
            type_: Some("NodePort".to_owned()),
            ports: Some(vec![ServicePort {
                name: Some("account".to_owned()),
                port: 50001,
                node_port: Some(30001),
                target_port: Some(IntOrString::Int(50001)),
                ..ServicePort::default()
            }]),
            ..gateway::Service::default()
        }),
        ..gateway::Values::default()
    };
    assert_eq!(
        to_value(values).unwrap(),
        json!({
            "kind": "Deployment",
            "service": {
                "type": "NodePort",
                "ports": [{"name": "account", "port": 50001, "nodePort": 30001, "targetPort": 50001}],
            },
        })
    );
}

#[test]
fn a_chart_knows_where_it_is_released() {
    fn release<T: HelmChart>() -> [&'static str; 3] {
        [T::REPOSITORY, T::NAME, T::VERSION]
    }
    assert_eq!(
        release::<argo_cd::Values>(),
        ["https://argoproj.github.io/argo-helm", "argo-cd", "10.1.1"]
    );
}
