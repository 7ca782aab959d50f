//! Prometheus, Alertmanager and Grafana: collect metrics, notify on-call, show dashboards.

mod alertmanager;
mod context;
mod dashboards;
mod grafana;
mod stack;

use std::fmt::Debug;

use custom_resources::coreos::monitoring::v1 as monitoring;
use helm_values::kube_prometheus_stack as chart;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::{admissionregistration, apps, batch, rbac};
use manifests_lib::cluster::ControlPlane;
use manifests_lib::delivery::Chart;
use manifests_lib::label_key;
use manifests_lib::model::{GroupKind, Namespace, PodSecurity};
use manifests_lib::network::gateway_api::InternalAccess;
use manifests_lib::network::{ToolPort, ToolService, network_policy};
use manifests_lib::observability::grafana::Dashboard;
use manifests_lib::observability::{WebUiHandle, WebUiRequests, WebUiSpec};
use manifests_lib::prelude::*;

use context::{Context, NAMESPACE, NODE_EXPORTER};

use super::shared::Infra;
use crate::node_group;
use crate::site::{Aws, Kind, Laptop, Site};

pub use alertmanager::{Nobody, Receivers, SlackWebhooks};

/// Name of the Helm release; the chart derives `kube-prometheus-stack-prometheus` and other names from it.
const RELEASE: Name = name!("kube-prometheus-stack");

/// Port of the operator's pods: the webhook that checks rules, and its own metrics.
const OPERATOR: Port = port!(10250);

/// What differs between environments.
#[derive(Debug)]
pub struct Settings<K: Kind + AlertReceivers> {
    /// User name and password of Grafana's administrator.
    pub grafana: K::Credentials,
    /// Receivers of alerts.
    pub receivers: K::Receivers,
}

/// The receivers of alerts in each kind of place.
pub trait AlertReceivers {
    /// Its receivers.
    type Receivers: Into<Receivers> + Debug;
}

impl AlertReceivers for Laptop {
    type Receivers = Nobody;
}

impl AlertReceivers for Aws {
    type Receivers = SlackWebhooks;
}

/// The handles of Prometheus and Grafana for other modules.
pub(crate) struct Monitoring {
    /// Scrapes metrics.
    pub(crate) prometheus: Prometheus,
    /// API of Prometheus.
    pub(crate) api: ToolPort,
    pub(crate) grafana: WebUiHandle,
    /// Dashboard of the requests to a service.
    pub(crate) requests: Dashboard,
}

pub(crate) fn bundle<K: Kind + AlertReceivers>(
    infra: &Infra,
    site: &Site,
    settings: Settings<K>,
    control_plane: ControlPlane,
    internal: &InternalAccess,
) -> Monitoring {
    let Settings { grafana, receivers } = settings;
    infra.namespace(&NAMESPACE, PodSecurity::Restricted);
    // It reads the nodes.
    infra.namespace(&NODE_EXPORTER, PodSecurity::Privileged);
    let bundle = infra.bundle(name!("prometheus"), &NAMESPACE);
    // None of the three asks readers to log in.
    let web_ui = |name: Name, service: ToolService, requests: WebUiRequests, local_port: Port| {
        let pods = bundle.tool_pods(&network_policy::APP_NAME, &name);
        pods.admit_own_namespace();
        let port = pods.port(service);
        (pods, internal.web_ui(WebUiSpec { name, port: &port, requests, local_port }))
    };
    let (pods, prometheus) = web_ui(
        name!("prometheus"),
        ToolService {
            name: name!("kube-prometheus-stack-prometheus"),
            port: port!(9090),
            target_port: port!(9090),
        },
        // The page asks for labels by `POST`. Elsewhere a request could end the process: the operator reloads it by `/-/`.
        WebUiRequests::ReadsAndQueries(url_path!("/api/v1")),
        port!(9090),
    );
    let (_, alertmanager) = web_ui(
        name!("alertmanager"),
        ToolService {
            name: name!("kube-prometheus-stack-alertmanager"),
            port: port!(9093),
            target_port: port!(9093),
        },
        // Whoever silences an alert forwards the port, which takes rights in the cluster.
        WebUiRequests::Reads,
        port!(9093),
    );
    let (_, grafana_ui) = web_ui(
        name!("grafana"),
        ToolService {
            name: name!("kube-prometheus-stack-grafana"),
            port: port!(80),
            target_port: port!(3000),
        },
        WebUiRequests::All,
        port!(8000),
    );
    let context = Context { site, bundle: &bundle, prometheus, alertmanager, grafana: grafana_ui };
    let credentials = bundle.component(name!("grafana"), &node_group::SYSTEM).credentials(grafana);
    let values = stack::values(&context, control_plane, &credentials, receivers.into());
    add_chart(&bundle, values);
    let Context { prometheus: web_ui, grafana, .. } = context;
    let prometheus = Prometheus::new(&pods);
    let operator = bundle.tool_pods(&label_key!("app"), &name!("kube-prometheus-stack-operator"));
    operator.admit_api_server(OPERATOR);
    prometheus.scrapes(&operator, OPERATOR);
    let kube_state_metrics =
        bundle.tool_pods(&network_policy::APP_NAME, &name!("kube-state-metrics"));
    prometheus.scrapes(&kube_state_metrics, port!(8080));
    Monitoring {
        prometheus,
        api: web_ui.port().clone(),
        requests: dashboards::add(&bundle, &grafana),
        grafana,
    }
}

fn add_chart(bundle: &Bundle, values: chart::Values) {
    bundle
        .chart(Chart {
            release: RELEASE,
            values,
            kinds: vec![
                GroupKind::of::<admissionregistration::v1::MutatingWebhookConfiguration>(),
                GroupKind::of::<admissionregistration::v1::ValidatingWebhookConfiguration>(),
                GroupKind::of::<apps::v1::DaemonSet>(),
                GroupKind::of::<apps::v1::Deployment>(),
                GroupKind::of::<batch::v1::Job>(),
                GroupKind::of::<core::ConfigMap>(),
                GroupKind::of::<core::PersistentVolumeClaim>(),
                GroupKind::of::<core::Secret>(),
                GroupKind::of::<core::Service>(),
                GroupKind::of::<core::ServiceAccount>(),
                GroupKind::namespaced("monitoring.coreos.com", "Alertmanager"),
                GroupKind::namespaced("monitoring.coreos.com", "Prometheus"),
                GroupKind::of::<monitoring::PrometheusRule>(),
                GroupKind::of::<monitoring::ServiceMonitor>(),
                GroupKind::of::<rbac::v1::ClusterRole>(),
                GroupKind::of::<rbac::v1::ClusterRoleBinding>(),
                GroupKind::of::<rbac::v1::Role>(),
                GroupKind::of::<rbac::v1::RoleBinding>(),
            ],
            crd_groups: vec!["monitoring.coreos.com"],
        })
        // Services for scraping the control plane and CoreDNS.
        .also_writes_to(&Namespace::KUBE_SYSTEM)
        .also_writes_to(&NODE_EXPORTER);
    bundle.ignore_injected_ca_bundles();
}
