//! Our own Grafana dashboards, in addition to the chart's.

use manifests_lib::model::Bundle;
use manifests_lib::name;
use manifests_lib::observability::grafana::{Dashboard, Panel, Target, Unit, Variable};
use manifests_lib::observability::{Slo, WebUiHandle};
use manifests_lib::values::Name;

/// `uid` of Prometheus' data source.
pub(super) const DATA_SOURCE: Name = name!("prometheus");

/// The service, by its name in the mesh's metrics and in Kiali: `<service>.<namespace>.svc.cluster.local`.
const SERVICE: Variable = Variable {
    name: name!("service"),
    metric: r#"istio_requests_total{reporter="destination"}"#,
    label: "destination_service",
};

/// Requests to one service; Kiali's service pages link to it.
pub(super) fn add(prometheus: &Bundle, grafana: &WebUiHandle) -> Dashboard {
    let dashboard = Dashboard {
        name: name!("requests"),
        title: "Requests to a service",
        data_source: DATA_SOURCE,
        variable: SERVICE,
        panels: vec![
            requests_by("By status", "response_code", "{{response_code}}"),
            failures(),
            durations(),
            requests_by("By caller", "source_workload", "{{source_workload}}"),
        ],
    };
    prometheus.grafana_dashboard(grafana, &dashboard);
    dashboard
}

/// Requests, reported by both the server's and the client's proxy.
const REQUESTS_TOTAL: &str = "istio_requests_total";

/// Duration of requests, in milliseconds.
const DURATIONS: &str = "istio_request_duration_milliseconds_bucket";

/// Rate of a counter of the chosen service, as reported by its own proxies.
fn rate(metric: &str, condition: &str) -> String {
    counted_by("destination", metric, condition)
}

fn counted_by(reporter: &str, metric: &str, condition: &str) -> String {
    let Variable { name, label, .. } = SERVICE;
    format!(
        "rate({metric}{{reporter=\"{reporter}\",{label}=\"${name}\"{condition}}}[$__rate_interval])"
    )
}

fn requests_by(title: &'static str, label: &str, legend: &'static str) -> Panel {
    Panel {
        title,
        unit: Unit::RequestsPerSecond,
        targets: vec![Target {
            query: format!("sum by ({label}) ({})", rate(REQUESTS_TOTAL, "")),
            legend,
        }],
    }
}

fn failures() -> Panel {
    let part = |some: &str, all: &str| format!("(sum({some}) or vector(0)) / (sum({all}) > 0)");
    let unreached = format!(",response_flags=~\"{}\"", Slo::UNREACHED);
    Panel {
        title: "Part that failed",
        unit: Unit::PercentUnit,
        targets: vec![
            Target {
                query: part(
                    &rate(REQUESTS_TOTAL, ",response_code=~\"5..\""),
                    &rate(REQUESTS_TOTAL, ""),
                ),
                legend: "server error",
            },
            Target {
                query: part(
                    &counted_by("source", REQUESTS_TOTAL, &unreached),
                    &counted_by("source", REQUESTS_TOTAL, ""),
                ),
                legend: "no pod reached",
            },
        ],
    }
}

fn durations() -> Panel {
    let buckets = format!("sum by (le) ({})", rate(DURATIONS, ""));
    let line =
        |part, legend| Target { query: format!("histogram_quantile({part}, {buckets})"), legend };
    Panel {
        title: "Time to answer",
        unit: Unit::Milliseconds,
        targets: vec![line("0.5", "half"), line("0.95", "95 %"), line("0.99", "99 %")],
    }
}
