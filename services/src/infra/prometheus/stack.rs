//! Values of kube-prometheus-stack: Prometheus, its operator and the exporters.

use std::collections::BTreeMap;

use helm_values::{HelmChart, kube_prometheus_stack as chart};
use manifests_lib::cluster::ControlPlane;
use manifests_lib::data::Credentials;
use manifests_lib::prelude::*;
use manifests_lib::values::Bytes;

use super::alertmanager::Receivers;
use super::context::{Context, NODE_EXPORTER, claim, low_cpu};
use super::{alertmanager, grafana};
use crate::node_group;

/// Size of Prometheus' volume.
const VOLUME: Bytes = gibibytes(20);

/// How long samples are kept; the slowest alert looks back 3 days.
const RETENTION: &str = "15d";

pub(super) fn values(
    context: &Context<'_>,
    control_plane: ControlPlane,
    credentials: &Credentials,
    receivers: Receivers,
) -> chart::Values {
    let Context { site, .. } = context;
    chart::Values::with(|values| {
        values.common_labels = Some(BTreeMap::from([("env".to_owned(), site.name.to_string())]));
        alertmanager::values(&mut values.alertmanager, context, receivers);
        grafana::values(&mut values.grafana, context, credentials);
        prometheus(&mut values.prometheus, context);
        operator(&mut values.prometheus_operator);
        kube_state_metrics(&mut values.kube_state_metrics_chart);
        values.prometheus_node_exporter.namespace_override = Some(NODE_EXPORTER.to_string());
        // It runs on every node: the chart tolerates every taint. Its own example is 50 MiB.
        let node_exporter = low_cpu(mebibytes(64)).of_go();
        values.prometheus_node_exporter.resources = Some(node_exporter.requirements());
        values.prometheus_node_exporter.env = Some(BTreeMap::from([node_exporter.entry()]));
        values.node_exporter.operating_systems.aix.enabled = Some(false);
        values.node_exporter.operating_systems.darwin.enabled = Some(false);
        match control_plane {
            ControlPlane::Own => {}
            // Only the provider can scrape these components. Their rules are disabled with them.
            ControlPlane::Managed => {
                values.kube_controller_manager.enabled = Some(false);
                values.kube_etcd.enabled = Some(false);
                values.kube_proxy.enabled = Some(false);
                values.kube_scheduler.enabled = Some(false);
            }
        }
    })
}

fn prometheus(prometheus: &mut chart::Prometheus, context: &Context<'_>) {
    let Context { site, .. } = context;
    prometheus.service.port = Some(context.prometheus.port().number().into());

    let spec = &mut prometheus.prometheus_spec;
    // Links in alerts.
    spec.external_url = Some(context.prometheus.url());
    spec.node_selector = Some(node_group::SYSTEM.node_selector());
    // The chart's own example reserves 400 MiB. Prometheus itself tells Go nine tenths of what it may take.
    let resources = Resources { cpu: millicores(250), memory: gibibytes(2) };
    spec.resources = Some(resources.requirements());
    spec.storage_spec.volume_claim_template = Some(claim(&site.storage_class, VOLUME));
    spec.retention = Some(RETENTION.to_owned());
    // The rest of the volume is for the write-ahead log.
    spec.retention_size = Some(format!("{}MB", VOLUME.as_mebibytes() / 10 * 8));
    spec.external_labels = Some(BTreeMap::from([("env".to_owned(), site.name.to_string())]));
    // Select every monitor and rule; by default the chart selects only those of its own release.
    spec.pod_monitor_selector_nil_uses_helm_values = Some(false);
    spec.probe_selector_nil_uses_helm_values = Some(false);
    spec.rule_selector_nil_uses_helm_values = Some(false);
    spec.scrape_config_selector_nil_uses_helm_values = Some(false);
    spec.service_monitor_selector_nil_uses_helm_values = Some(false);
}

fn operator(operator: &mut chart::PrometheusOperator) {
    operator.node_selector = Some(node_group::SYSTEM.node_selector());
    // The chart's own example is 100 MiB, up to 200.
    let resources = low_cpu(mebibytes(192)).of_go();
    operator.resources = Some(resources.requirements());
    operator.env = Some(BTreeMap::from([resources.entry()]));
    // The chart's own example is 50 MiB.
    operator.prometheus_config_reloader.resources = Some(low_cpu(mebibytes(48)).requirements());
    operator.admission_webhooks.patch.node_selector = Some(node_group::SYSTEM.node_selector());
    operator.admission_webhooks.patch.resources = Some(low_cpu(mebibytes(48)).requirements());
}

fn kube_state_metrics(exporter: &mut chart::KubeStateMetricsChart) {
    exporter.node_selector = Some(node_group::SYSTEM.node_selector());
    // Twice the chart's own example.
    let resources = low_cpu(mebibytes(128)).of_go();
    exporter.resources = Some(resources.requirements());
    exporter.env = Some(vec![resources.variable()]);
    // The chart's list without `secrets`: a collector brings the right to read what it counts, and no rule counts Secrets.
    exporter.collectors = Some(
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
    );
}
