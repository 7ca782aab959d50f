//! What Prometheus scrapes besides the components that come with its chart.

use std::collections::BTreeMap;

use custom_resources::coreos::monitoring::v1 as monitoring;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{
    LabelSelector, LabelSelectorRequirement, ObjectMeta,
};
use manifests_lib::{Bundle, MetricsScraper, Name, Namespace, name};

use crate::deploy::argocd;
use crate::infra::{fluentbit, istio, nginx, rabbitmq};

pub(super) fn add(prometheus: &Bundle) {
    prometheus.add(proxies());
    prometheus.add(istiod());
    prometheus.add(rabbitmq());
    prometheus.add(pod_monitor(PodsToScrape {
        name: name!("nginx-gateway"),
        // The control plane and the nginx that it runs.
        namespace: Some(&nginx::NAMESPACE),
        labels: None,
        endpoint: endpoint("metrics"),
    }));
    prometheus.add(pod_monitor(PodsToScrape {
        name: name!("argocd"),
        namespace: Some(&argocd::NAMESPACE),
        labels: Some(("app.kubernetes.io/part-of", "argocd")),
        endpoint: endpoint("metrics"),
    }));
    prometheus.add(pod_monitor(PodsToScrape {
        name: name!("fluentbit"),
        namespace: Some(&fluentbit::NAMESPACE),
        labels: None,
        endpoint: monitoring::PodMonitorPodMetricsEndpoint {
            path: Some("/api/v2/metrics/prometheus".to_owned()),
            ..endpoint("http")
        },
    }));
}

/// Every pod that has a proxy, whatever its namespace: sidecars and gateways.
fn proxies() -> monitoring::PodMonitor {
    pod_monitor(PodsToScrape {
        name: name!("istio-proxies"),
        namespace: None,
        labels: None,
        endpoint: monitoring::PodMonitorPodMetricsEndpoint {
            path: Some("/stats/prometheus".to_owned()),
            // The only port that a proxy declares makes it one target; the merged metrics are on another one.
            relabelings: Some(vec![monitoring::RelabelConfig {
                action: Some(monitoring::RelabelAction::Replace),
                regex: Some(r"(.+):\d+".to_owned()),
                replacement: Some(format!("$1:{}", MetricsScraper::MERGED)),
                source_labels: Some(vec!["__address__".to_owned()]),
                target_label: Some("__address__".to_owned()),
                ..monitoring::RelabelConfig::default()
            }]),
            ..endpoint("http-envoy-prom")
        },
    })
}

/// The control plane, every revision of it.
fn istiod() -> monitoring::ServiceMonitor {
    monitoring::ServiceMonitor {
        metadata: named(name!("istiod")),
        spec: monitoring::ServiceMonitorSpec {
            job_label: Some("app".to_owned()),
            namespace_selector: Some(only(&istio::SYSTEM)),
            ..monitoring::ServiceMonitorSpec::required(
                vec![monitoring::ServiceMonitorEndpoint {
                    port: Some("http-monitoring".to_owned()),
                    ..monitoring::ServiceMonitorEndpoint::default()
                }],
                LabelSelector {
                    match_labels: Some(BTreeMap::from([("istio".to_owned(), "pilot".to_owned())])),
                    // The Service of a tag leads to the same pods as that of its revision.
                    match_expressions: Some(vec![LabelSelectorRequirement {
                        key: "istio.io/tag".to_owned(),
                        operator: "DoesNotExist".to_owned(),
                        values: None,
                    }]),
                },
            )
        },
    }
}

/// The pods of the RabbitMQ cluster.
fn rabbitmq() -> monitoring::PodMonitor {
    pod_monitor(PodsToScrape {
        name: name!("rabbitmq"),
        namespace: Some(&rabbitmq::NAMESPACE),
        labels: Some(("app.kubernetes.io/component", "rabbitmq")),
        endpoint: monitoring::PodMonitorPodMetricsEndpoint {
            scheme: Some(monitoring::Scheme::Https),
            tls_config: Some(monitoring::SafeTlsConfig {
                // The certificate names the Service, and a scrape goes to a pod's address. Nothing secret is sent.
                insecure_skip_verify: Some(true),
                ..monitoring::SafeTlsConfig::default()
            }),
            ..endpoint("prometheus-tls")
        },
    })
}

/// Pods that serve metrics on a port of a container.
struct PodsToScrape<'a> {
    name: Name,
    /// Their namespace; every one without it.
    namespace: Option<&'a Namespace>,
    /// A label of theirs; all pods with the port without it.
    labels: Option<(&'static str, &'static str)>,
    endpoint: monitoring::PodMonitorPodMetricsEndpoint,
}

fn endpoint(port: &str) -> monitoring::PodMonitorPodMetricsEndpoint {
    monitoring::PodMonitorPodMetricsEndpoint {
        port: Some(port.to_owned()),
        ..monitoring::PodMonitorPodMetricsEndpoint::default()
    }
}

fn pod_monitor(pods: PodsToScrape<'_>) -> monitoring::PodMonitor {
    let PodsToScrape { name, namespace, labels, endpoint } = pods;
    monitoring::PodMonitor {
        metadata: named(name),
        spec: monitoring::PodMonitorSpec {
            namespace_selector: Some(namespace.map_or_else(everywhere, only)),
            pod_metrics_endpoints: Some(vec![endpoint]),
            ..monitoring::PodMonitorSpec::required(LabelSelector {
                match_labels: labels
                    .map(|(key, value)| BTreeMap::from([(key.to_owned(), value.to_owned())])),
                match_expressions: None,
            })
        },
    }
}

fn named(name: Name) -> ObjectMeta {
    ObjectMeta { name: Some(name.to_string()), ..ObjectMeta::default() }
}

fn only(namespace: &Namespace) -> monitoring::NamespaceSelector {
    monitoring::NamespaceSelector { any: None, match_names: Some(vec![namespace.to_string()]) }
}

fn everywhere() -> monitoring::NamespaceSelector {
    monitoring::NamespaceSelector { any: Some(true), match_names: None }
}
