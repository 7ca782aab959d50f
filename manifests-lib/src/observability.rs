//! What people see of the platform: metrics, SLOs and their alerts, dashboards and web UIs.

pub mod grafana;
pub(crate) mod prometheus;
pub(crate) mod slo;
pub(crate) mod web_ui;

pub use prometheus::{
    MonitoredPods, PodMonitor, Prometheus, ServiceMonitor, pod_metrics_endpoint, pod_metrics_port,
};
pub use slo::{Latency, LatencyBound, Severity, Slo, SloHandle, SloTarget};
pub use web_ui::{Scheme, WebUi, WebUiHandle, WebUiRequests, WebUiSpec};
