//! Prometheus, Alertmanager and Grafana: measure the platform, tell who is on call, show it.

pub(crate) mod alertmanager;
mod grafana;
mod monitors;
pub(crate) mod pages;
mod stack;

use custom_resources::coreos::monitoring::v1 as monitoring;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::api::{admissionregistration, apps, batch, rbac};
use manifests_lib::network_policy::{self, admit, admit_to_all, all_pods_of, labelled, pods_of};
use manifests_lib::{
    Bundle, Bytes, Chart, Dashboard, Kind, Name, Namespace, Port, Scheme, ToolService, name, port,
};

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
pub(crate) const PROMETHEUS: Dashboard = Dashboard {
    name: name!("prometheus"),
    service: ToolService {
        name: name!("kube-prometheus-stack-prometheus"),
        namespace: NAMESPACE,
        port: port!(9090),
    },
    scheme: Scheme::Http,
    local_port: port!(9090),
};

/// Alertmanager.
pub(crate) const ALERTMANAGER: Dashboard = Dashboard {
    name: name!("alertmanager"),
    service: ToolService {
        name: name!("kube-prometheus-stack-alertmanager"),
        namespace: NAMESPACE,
        port: port!(9093),
    },
    scheme: Scheme::Http,
    local_port: port!(9093),
};

/// Grafana.
pub(crate) const GRAFANA: Dashboard = Dashboard {
    name: name!("grafana"),
    service: ToolService {
        name: name!("kube-prometheus-stack-grafana"),
        namespace: NAMESPACE,
        port: port!(80),
    },
    scheme: Scheme::Http,
    local_port: port!(8000),
};

pub(crate) fn bundle(env: &Environment) -> Bundle {
    let prometheus = Bundle::new(name!("prometheus"), &NAMESPACE, &env.name);
    prometheus
        .chart(Chart {
            release: RELEASE,
            values: stack::values(&prometheus, env),
            kinds: vec![
                Kind::of::<admissionregistration::v1::MutatingWebhookConfiguration>(),
                Kind::of::<admissionregistration::v1::ValidatingWebhookConfiguration>(),
                Kind::of::<apps::v1::DaemonSet>(),
                Kind::of::<apps::v1::Deployment>(),
                Kind::of::<batch::v1::Job>(),
                Kind::of::<core::ConfigMap>(),
                Kind::of::<core::PersistentVolumeClaim>(),
                Kind::of::<core::Secret>(),
                Kind::of::<core::Service>(),
                Kind::of::<core::ServiceAccount>(),
                Kind::namespaced("monitoring.coreos.com", "Alertmanager"),
                Kind::namespaced("monitoring.coreos.com", "Prometheus"),
                Kind::of::<monitoring::PrometheusRule>(),
                Kind::of::<monitoring::ServiceMonitor>(),
                Kind::of::<rbac::v1::ClusterRole>(),
                Kind::of::<rbac::v1::ClusterRoleBinding>(),
                Kind::of::<rbac::v1::Role>(),
                Kind::of::<rbac::v1::RoleBinding>(),
            ],
            installs: vec!["monitoring.coreos.com"],
        })
        // Services of the control plane and of DNS, for scraping.
        .also_in(&argocd::KUBE_SYSTEM);
    cert_manager::injected_certificates(&prometheus);
    monitors::add(&prometheus);
    pages::add(&prometheus);
    for policy in network_policies(env) {
        prometheus.add(policy);
    }
    nginx::dashboard(env, &prometheus, &PROMETHEUS);
    nginx::dashboard(env, &prometheus, &ALERTMANAGER);
    nginx::dashboard(env, &prometheus, &GRAFANA);
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
