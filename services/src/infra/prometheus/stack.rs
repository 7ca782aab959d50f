//! Values of kube-prometheus-stack: Prometheus, its operator and the exporters.

use std::collections::BTreeMap;

use helm_values::kube_prometheus_stack as chart;
use k8s_openapi::api::core::v1 as core;
use manifests_lib::cluster::ControlPlane;
use manifests_lib::values::{Bytes, gibibytes, mebibytes, millicores};
use manifests_lib::workload::Resources;

use crate::environment::Environment;
use crate::node_group;

/// Volume of Prometheus.
const VOLUME: Bytes = gibibytes(20);

/// How long samples are kept; the slowest alert looks back 3 days.
const RETENTION: &str = "15d";

pub(super) fn values(
    env: &Environment,
    alertmanager: chart::Alertmanager,
    grafana: chart::Grafana,
) -> chart::Values {
    // Some(off) where nobody but the provider sees the control plane; the chart watches it otherwise.
    let hidden = match env.control_plane {
        ControlPlane::Own => None,
        ControlPlane::Managed => Some(Some(false)),
    };
    chart::Values {
        common_labels: Some(BTreeMap::from([("env".to_owned(), env.name.to_string())])),
        alertmanager: Some(alertmanager),
        grafana: Some(grafana),
        prometheus: Some(prometheus(env)),
        prometheus_operator: Some(operator()),
        kube_state_metrics_chart: Some(kube_state_metrics()),
        prometheus_node_exporter: Some(node_exporter()),
        node_exporter: Some(chart::NodeExporter {
            operating_systems: Some(chart::NodeExporterOperatingSystems {
                aix: Some(chart::NodeExporterOperatingSystemsAix { enabled: Some(false) }),
                darwin: Some(chart::NodeExporterOperatingSystemsDarwin { enabled: Some(false) }),
                linux: None,
            }),
            ..chart::NodeExporter::default()
        }),
        kube_controller_manager: hidden.map(|enabled| chart::KubeControllerManager { enabled }),
        // The rules of a component go with it.
        kube_etcd: hidden.map(|enabled| chart::KubeEtcd { enabled }),
        kube_proxy: hidden.map(|enabled| chart::KubeProxy { enabled }),
        kube_scheduler: hidden.map(|enabled| chart::KubeScheduler { enabled }),
        ..chart::Values::default()
    }
}

fn prometheus(env: &Environment) -> chart::Prometheus {
    // Every monitor and rule counts, whoever has written it; the chart's default are those of its own release.
    let of_this_release_only = Some(false);
    chart::Prometheus {
        prometheus_spec: Some(chart::PrometheusSpec {
            // Where alerts lead.
            external_url: Some(super::PROMETHEUS.url(env.internal_domain.as_ref())),
            node_selector: Some(node_group::SYSTEM.node_selector()),
            resources: Some(
                Resources { cpu: millicores(250), memory: gibibytes(2) }.requirements(),
            ),
            storage_spec: Some(chart::PrometheusSpecStorageSpec {
                volume_claim_template: Some(super::claim(env, VOLUME)),
                ..chart::PrometheusSpecStorageSpec::default()
            }),
            retention: Some(RETENTION.to_owned()),
            // The rest is for the log of what is not yet in a block.
            retention_size: Some(format!("{}MB", VOLUME.as_mebibytes() / 10 * 8)),
            external_labels: Some(BTreeMap::from([("env".to_owned(), env.name.to_string())])),
            pod_monitor_selector_nil_uses_helm_values: of_this_release_only,
            probe_selector_nil_uses_helm_values: of_this_release_only,
            rule_selector_nil_uses_helm_values: of_this_release_only,
            scrape_config_selector_nil_uses_helm_values: of_this_release_only,
            service_monitor_selector_nil_uses_helm_values: of_this_release_only,
            ..chart::PrometheusSpec::default()
        }),
        service: Some(chart::PrometheusService {
            port: Some(super::PROMETHEUS.service.port.into()),
            ..chart::PrometheusService::default()
        }),
        ..chart::Prometheus::default()
    }
}

fn operator() -> chart::PrometheusOperator {
    chart::PrometheusOperator {
        node_selector: Some(node_group::SYSTEM.node_selector()),
        resources: Some(small(mebibytes(192))),
        prometheus_config_reloader: Some(chart::PrometheusOperatorPrometheusConfigReloader {
            resources: Some(small(mebibytes(48))),
            ..chart::PrometheusOperatorPrometheusConfigReloader::default()
        }),
        admission_webhooks: Some(chart::PrometheusOperatorAdmissionWebhooks {
            patch: Some(chart::PrometheusOperatorAdmissionWebhooksPatch {
                node_selector: Some(node_group::SYSTEM.node_selector()),
                resources: Some(small(mebibytes(48))),
                ..chart::PrometheusOperatorAdmissionWebhooksPatch::default()
            }),
            ..chart::PrometheusOperatorAdmissionWebhooks::default()
        }),
        ..chart::PrometheusOperator::default()
    }
}

fn kube_state_metrics() -> chart::KubeStateMetricsChart {
    chart::KubeStateMetricsChart {
        node_selector: Some(node_group::SYSTEM.node_selector()),
        resources: Some(small(mebibytes(128))),
        // The chart's own, without `secrets`: it gets the right to read what it counts, and no rule counts Secrets.
        collectors: Some(
            [
                "certificatesigningrequests",
                "configmaps",
                "cronjobs",
                "daemonsets",
                "deployments",
                "endpointslices",
                "horizontalpodautoscalers",
                "ingresses",
                "jobs",
                "leases",
                "limitranges",
                "mutatingwebhookconfigurations",
                "namespaces",
                "networkpolicies",
                "nodes",
                "persistentvolumeclaims",
                "persistentvolumes",
                "poddisruptionbudgets",
                "pods",
                "replicasets",
                "replicationcontrollers",
                "resourcequotas",
                "services",
                "statefulsets",
                "storageclasses",
                "validatingwebhookconfigurations",
                "volumeattachments",
            ]
            .map(str::to_owned)
            .into(),
        ),
        ..chart::KubeStateMetricsChart::default()
    }
}

/// Runs on every node: the chart tolerates every taint.
fn node_exporter() -> chart::PrometheusNodeExporter {
    chart::PrometheusNodeExporter {
        resources: Some(small(mebibytes(64))),
        ..chart::PrometheusNodeExporter::default()
    }
}

/// What a process needs that has little to do.
pub(super) fn small(memory: Bytes) -> core::ResourceRequirements {
    Resources { cpu: millicores(20), memory }.requirements()
}
