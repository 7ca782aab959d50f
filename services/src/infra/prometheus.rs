//! Prometheus, Alertmanager and Grafana: measure the platform, tell who is on call, show it.

pub(crate) mod alertmanager;
pub(crate) mod dashboards;
mod grafana;
mod monitors;
mod stack;

use custom_resources::coreos::monitoring::v1 as monitoring;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::api::{admissionregistration, apps, batch, rbac};
use manifests_lib::delivery::Chart;
use manifests_lib::model::{Bundle, GroupKind, Namespace};
use manifests_lib::network::network_policy::{admit, admit_to_all, all_pods_of, labelled, pods_of};
use manifests_lib::network::{ServiceRef, network_policy};
use manifests_lib::observability::{Scheme, WebUi};
use manifests_lib::values::{Bytes, Name, Port};
use manifests_lib::{name, port};

use super::admission::{internal_gateway, policy};
use super::{cert_manager, kiali, nginx};
use crate::deploy::argocd;
use crate::environment::Environment;

/// Where all three run.
pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("prometheus"));

/// `app.kubernetes.io/name` of Prometheus' pods, which the operator gives them.
pub(crate) const APP_NAME: Name = name!("prometheus");

/// Name of the Helm release, from which the chart derives `kube-prometheus-stack-prometheus` and the others.
const RELEASE: Name = name!("kube-prometheus-stack");

/// Prometheus.
pub(crate) const PROMETHEUS: WebUi = WebUi {
    name: name!("prometheus"),
    service: ServiceRef {
        name: name!("kube-prometheus-stack-prometheus"),
        namespace: NAMESPACE,
        port: port!(9090),
    },
    scheme: Scheme::Http,
    local_port: port!(9090),
};

/// Alertmanager.
pub(crate) const ALERTMANAGER: WebUi = WebUi {
    name: name!("alertmanager"),
    service: ServiceRef {
        name: name!("kube-prometheus-stack-alertmanager"),
        namespace: NAMESPACE,
        port: port!(9093),
    },
    scheme: Scheme::Http,
    local_port: port!(9093),
};

/// Grafana.
pub(crate) const GRAFANA: WebUi = WebUi {
    name: name!("grafana"),
    service: ServiceRef {
        name: name!("kube-prometheus-stack-grafana"),
        namespace: NAMESPACE,
        port: port!(80),
    },
    scheme: Scheme::Http,
    local_port: port!(8000),
};

pub(crate) fn bundle(env: &Environment) -> Bundle {
    let prometheus = Bundle::new(name!("prometheus"), &NAMESPACE, &env.name);
    let alertmanager = alertmanager::values(&prometheus, env);
    let grafana = grafana::values(&prometheus, env);
    prometheus
        .chart(Chart {
            release: RELEASE,
            values: stack::values(env, alertmanager, grafana),
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
        // Services of the control plane and of DNS, for scraping.
        .also_writes_to(&argocd::KUBE_SYSTEM);
    cert_manager::injected_certificates(&prometheus);
    monitors::add(&prometheus);
    dashboards::add(&prometheus);
    for policy in network_policies(env) {
        prometheus.add(policy);
    }
    nginx::web_ui(env, &prometheus, &PROMETHEUS);
    nginx::web_ui(env, &prometheus, &ALERTMANAGER);
    nginx::web_ui(env, &prometheus, &GRAFANA);
    prometheus
}

/// None of the three asks readers for a login, and whoever reaches Alertmanager silences it: beyond their own namespace only Kiali
/// and people of the internal gateway reach them.
fn network_policies(env: &Environment) -> [networking::NetworkPolicy; 3] {
    let kiali = || pods_of(&kiali::NAMESPACE, &kiali::APP_NAME);
    let of = |app_name: Name, port: Port, also: Option<networking::NetworkPolicyPeer>| {
        let beyond = also.into_iter().chain(internal_gateway(env));
        let admitted = [admit_to_all(all_pods_of(&NAMESPACE))]
            .into_iter()
            .chain(beyond.map(|from| admit([from], [port])));
        let pods = labelled(network_policy::APP_NAME, &app_name);
        policy(app_name, pods, admitted.collect())
    };
    [
        of(APP_NAME, PROMETHEUS.service.port, Some(kiali())),
        of(name!("alertmanager"), ALERTMANAGER.service.port, None),
        of(name!("grafana"), grafana::POD_PORT, Some(kiali())),
    ]
}

/// A volume of the environment's class for one pod, as the operator takes it.
fn claim(env: &Environment, size: Bytes) -> core::PersistentVolumeClaimTemplate {
    core::PersistentVolumeClaimTemplate {
        metadata: None,
        spec: core::PersistentVolumeClaimSpec {
            access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
            resources: Some(core::VolumeResourceRequirements {
                limits: None,
                requests: Some([("storage".to_owned(), size.into())].into()),
            }),
            storage_class_name: Some(String::from(&env.storage_class)),
            ..core::PersistentVolumeClaimSpec::default()
        },
    }
}
