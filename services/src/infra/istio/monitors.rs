//! What Prometheus scrapes of the mesh.

use std::collections::BTreeMap;

use custom_resources::coreos::monitoring::v1 as monitoring;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};
use manifests_lib::label_key;
use manifests_lib::network::mesh::MERGED_METRICS;
use manifests_lib::observability::{
    MonitoredPods, PodMonitor, ServiceMonitor, pod_metrics_endpoint,
};
use manifests_lib::prelude::*;

use super::parts::SYSTEM;

pub(super) fn add(prometheus: &Prometheus) {
    prometheus.pod_monitor(PodMonitor {
        name: name!("istio-proxies"),
        // Every pod with a proxy: sidecars and gateways.
        pods: MonitoredPods::Everywhere,
        endpoint: proxy(),
    });
    prometheus.service_monitor(ServiceMonitor {
        name: name!("istiod"),
        namespace: &SYSTEM,
        services: control_planes(),
        port: "http-monitoring",
        job_label: label_key!("app"),
    });
}

fn proxy() -> monitoring::PodMonitorPodMetricsEndpoint {
    monitoring::PodMonitorPodMetricsEndpoint {
        path: Some("/stats/prometheus".to_owned()),
        // The one port that a proxy declares makes it one target; the merged metrics are on another port.
        relabelings: Some(vec![monitoring::RelabelConfig {
            action: Some(monitoring::RelabelAction::Replace),
            regex: Some(r"(.+):\d+".to_owned()),
            replacement: Some(format!("$1:{MERGED_METRICS}")),
            source_labels: Some(vec!["__address__".to_owned()]),
            target_label: Some("__address__".to_owned()),
            ..monitoring::RelabelConfig::default()
        }]),
        ..pod_metrics_endpoint("http-envoy-prom")
    }
}

/// Every revision of the control plane.
fn control_planes() -> LabelSelector {
    LabelSelector {
        match_labels: Some(BTreeMap::from([("istio".to_owned(), "pilot".to_owned())])),
        // Without the Services of tags, which lead to the same pods as those of the revisions.
        match_expressions: Some(vec![LabelSelectorRequirement {
            key: "istio.io/tag".to_owned(),
            operator: "DoesNotExist".to_owned(),
            values: None,
        }]),
    }
}
