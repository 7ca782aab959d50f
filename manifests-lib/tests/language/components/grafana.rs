use insta::assert_snapshot;
use manifests_lib::model::Bundle;
use manifests_lib::network::ToolService;
use manifests_lib::network::gateway_api::InternalAccess;
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::observability::grafana::{Dashboard, Panel, Target, Unit, Variable};
use manifests_lib::observability::{WebUiHandle, WebUiRequests, WebUiSpec};
use manifests_lib::values::Name;
use manifests_lib::{name, port};
use serde_json::Value;

use crate::support::{ELSEWHERE, Shop, config_map};

fn panel(title: &'static str) -> Panel {
    Panel {
        title,
        unit: Unit::PercentUnit,
        targets: vec![Target { query: "up{job=\"$job\"}".to_owned(), legend: "{{pod}}" }],
    }
}

fn dashboard(variable: Name) -> Dashboard {
    Dashboard {
        name: name!("jobs"),
        title: "Jobs",
        data_source: name!("metrics"),
        variable: Variable { name: variable, metric: "up", label: "job" },
        panels: vec![panel("first"), panel("second"), panel("third")],
    }
}

/// The web UI of a Grafana that a bundle runs.
fn grafana(bundle: &Bundle) -> WebUiHandle {
    let port = bundle.tool_pods(&APP_NAME, &name!("grafana")).port(ToolService {
        name: name!("grafana"),
        port: port!(80),
        target_port: port!(3000),
    });
    InternalAccess::by_forwarding_ports().web_ui(WebUiSpec {
        name: name!("grafana"),
        port: &port,
        requests: WebUiRequests::All,
        local_port: port!(8000),
    })
}

fn with_dashboard() -> (Shop, Bundle) {
    let shop = Shop::new();
    let tool = shop.bundle();
    tool.grafana_dashboard(&grafana(&tool), &dashboard(name!("job")));
    (shop, tool)
}

fn model() -> Value {
    let (shop, tool) = with_dashboard();
    let text = shop.part(&tool, "ConfigMap", "/data/jobs.json");
    serde_json::from_str(text.trim_start_matches('|')).expect("JSON")
}

#[test]
fn the_sidecar_of_grafana_knows_it_by_a_label() {
    let (shop, tool) = with_dashboard();
    let dashboard = shop.objects(&tool, &["ConfigMap"]);
    assert_snapshot!(dashboard.split("\ndata:").next().unwrap_or_default(), @r#"
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: jobs-dashboard
      labels:
        env: test
        grafana_dashboard: "1"
      namespace: shop
    "#);
}

#[test]
fn queries_go_to_the_named_source_and_graphs_stand_two_in_a_row() {
    let model = model();
    let panels = model["panels"].as_array().expect("panels");
    let lines: Vec<_> = panels
        .iter()
        .map(|panel| {
            let place = &panel["gridPos"];
            format!(
                "{} at {},{}: {} of {}",
                panel["title"],
                place["x"],
                place["y"],
                panel["targets"][0]["expr"],
                panel["targets"][0]["datasource"]["uid"]
            )
        })
        .collect();
    assert_snapshot!(lines.join("\n"), @r#"
    "first" at 0,0: "up{job=\"$job\"}" of "metrics"
    "second" at 12,0: "up{job=\"$job\"}" of "metrics"
    "third" at 0,8: "up{job=\"$job\"}" of "metrics"
    "#);
}

#[test]
fn the_variable_is_a_parameter_of_the_url() {
    assert_eq!(dashboard(name!("job")).variable.url_parameter(), "var-job");
    assert_eq!(model()["templating"]["list"][0]["definition"], "label_values(up, job)");
}

#[test]
fn a_dashboard_that_grafana_would_not_load_is_refused() {
    let shop = Shop::new();
    let tool = shop.bundle();
    tool.add(config_map("settings"));
    let other = shop.bundle_in(&ELSEWHERE, name!("other"));
    other.grafana_dashboard(&grafana(&tool), &dashboard(name!("the-job")));
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/grafana.rs:N: the dashboard jobs is in the namespace elsewhere, and Grafana loads dashboards of shop: add it to a bundle of shop [wrong-namespace]
    manifests-lib/tests/language/components/grafana.rs:N: the variable the-job of the dashboard jobs has a dash, at which Grafana ends a name in queries: leave it out [invalid-dashboard-variable]
    ");
}
