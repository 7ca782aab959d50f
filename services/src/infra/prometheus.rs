//! Prometheus: scrapes the proxies of the mesh.

use manifests_lib::{Name, Namespace, ToolService, name, port};

/// Where Prometheus runs.
pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("prometheus"));

/// `app.kubernetes.io/name` of its pods.
pub(crate) const APP_NAME: Name = name!("prometheus");

/// Prometheus's API.
pub(crate) const PROMETHEUS: ToolService = ToolService {
    name: name!("kube-prometheus-stack-prometheus"),
    namespace: NAMESPACE,
    port: port!(9090),
};

/// Grafana's page and API.
pub(crate) const GRAFANA: ToolService = ToolService {
    name: name!("kube-prometheus-stack-grafana"),
    namespace: NAMESPACE,
    port: port!(80),
};
