//! Values as Helm reads them.

use std::collections::BTreeMap;

use helm_values::{HelmChart, Nullable, argo_cd, gateway, istiod, kube_prometheus_stack};
use k8s_openapi::api::core::v1::{ResourceRequirements, ServicePort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::json;

#[test]
fn what_is_not_set_is_not_written() {
    assert_eq!(istiod::Values::default().to_json().unwrap(), json!({}));
    // Reached, and left as it was.
    let values = istiod::Values::with(|values| {
        let mesh = &mut values.mesh_config;
        mesh.outbound_traffic_policy.mode = None;
    });
    assert_eq!(values.to_json().unwrap(), json!({}));
}

#[test]
fn what_is_set_to_nothing_is_written() {
    let values = istiod::Values::with(|values| {
        values.revision_tags = Some(Vec::new());
        values.env = Some(BTreeMap::new());
        values.resources = Some(ResourceRequirements::default());
    });
    assert_eq!(values.to_json().unwrap(), json!({"env": {}, "resources": {}, "revisionTags": []}));
}

#[test]
fn declared_values_are_written_where_the_templates_read_them() {
    let values = istiod::Values::with(|values| {
        values.revision = Some("1-30-3".to_owned());
        values.revision_tags = Some(vec!["default".to_owned()]);
        values.mesh_config.outbound_traffic_policy.mode = Some("REGISTRY_ONLY".to_owned());
        values.mesh_config.default_config.proxy_metadata =
            Some(BTreeMap::from([("ISTIO_META_DNS_CAPTURE".to_owned(), "true".to_owned())]));
        values.mesh_config.extension_providers = Some(vec![istiod::MeshConfigExtensionProvider {
            name: Some("jaeger".to_owned()),
            opentelemetry: Some(istiod::MeshConfigExtensionProviderOpentelemetry {
                service: Some("jaeger.jaeger.svc.cluster.local".to_owned()),
                port: Some(4317),
                ..istiod::MeshConfigExtensionProviderOpentelemetry::default()
            }),
            ..istiod::MeshConfigExtensionProvider::default()
        }]);
    });
    assert_eq!(
        values.to_json().unwrap(),
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
fn an_object_in_a_list_is_there_or_not() {
    // Which of them is there says where the log goes, even if nothing in it is set.
    let values = istiod::Values::with(|values| {
        values.mesh_config.extension_providers = Some(vec![istiod::MeshConfigExtensionProvider {
            name: Some("log".to_owned()),
            envoy_file_access_log: Some(
                istiod::MeshConfigExtensionProviderEnvoyFileAccessLog::default(),
            ),
            ..istiod::MeshConfigExtensionProvider::default()
        }]);
    });
    assert_eq!(
        values.to_json().unwrap(),
        json!({"meshConfig": {"extensionProviders": [{"name": "log", "envoyFileAccessLog": {}}]}})
    );
}

#[test]
fn a_default_is_erased_by_null() {
    let with = |shards| {
        let values = kube_prometheus_stack::Values::with(|values| {
            values.prometheus.prometheus_spec.shards = shards;
        });
        values.to_json().unwrap()
    };
    assert_eq!(
        with(Some(Nullable::Unset)),
        json!({"prometheus": {"prometheusSpec": {"shards": null}}})
    );
    assert_eq!(with(Some(2.into())), json!({"prometheus": {"prometheusSpec": {"shards": 2}}}));
    assert_eq!(with(None), json!({}));
    assert_eq!(
        kube_prometheus_stack::Values::NULLABLE,
        [["prometheus", "prometheusSpec", "shards"]]
    );
}

#[test]
fn keys_keep_their_dots_dashes_and_capitals() {
    let values = argo_cd::Values::with(|values| {
        values.configs.cm.admin_enabled = Some(false);
        values.configs.cm.additional.insert(
            "resource.customizations.health.argoproj.io_Application".to_owned(),
            "hs = {}".to_owned(),
        );
        values.configs.params.server_insecure = Some(true);
        values.redis_ha.enabled = Some(false);
    });
    assert_eq!(
        values.to_json().unwrap(),
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
    let values = kube_prometheus_stack::Values::with(|values| {
        values.kube_state_metrics.enabled = Some(true);
        values.kube_state_metrics_chart.replicas = Some(1);
    });
    assert_eq!(
        values.to_json().unwrap(),
        json!({
            "kubeStateMetrics": {"enabled": true},
            "kube-state-metrics": {"replicas": 1},
        })
    );
}

#[test]
fn what_a_chart_passes_on_is_a_type_of_kubernetes() {
    let values = gateway::Values::with(|values| {
        values.kind = Some(gateway::Kind::Deployment);
        values.service.type_ = Some("NodePort".to_owned());
        values.service.ports = Some(vec![ServicePort {
            name: Some("account".to_owned()),
            port: 50001,
            node_port: Some(30001),
            target_port: Some(IntOrString::Int(50001)),
            ..ServicePort::default()
        }]);
    });
    assert_eq!(
        values.to_json().unwrap(),
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
