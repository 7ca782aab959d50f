use insta::assert_snapshot;
use manifests_lib::model::{Bundle, Namespace};
use manifests_lib::network::ToolService;
use manifests_lib::observability::grafana::{
    GrafanaChoice, GrafanaGraph, GrafanaLines, GrafanaPage, GrafanaUnit,
};
use manifests_lib::observability::{Dashboard, Scheme};
use manifests_lib::values::Name;
use manifests_lib::{name, port};
use serde_json::Value;

use crate::support::{NAMESPACE, bundle, mistakes, objects, part};

fn graph(title: &'static str) -> GrafanaGraph {
    GrafanaGraph {
        title,
        unit: GrafanaUnit::Part,
        lines: vec![GrafanaLines { query: "up{job=\"$job\"}".to_owned(), called: "{{pod}}" }],
    }
}

fn page(choice: Name) -> GrafanaPage {
    GrafanaPage {
        name: name!("jobs"),
        title: "Jobs",
        data_source: name!("metrics"),
        choice: GrafanaChoice { name: choice, metric: "up", label: "job" },
        graphs: vec![graph("first"), graph("second"), graph("third")],
    }
}

const GRAFANA: Dashboard = Dashboard {
    name: name!("grafana"),
    service: ToolService { name: name!("grafana"), namespace: NAMESPACE, port: port!(80) },
    scheme: Scheme::Http,
    local_port: port!(8000),
};

fn with_page() -> Bundle {
    let tool = bundle();
    tool.grafana_page(&GRAFANA, &page(name!("job")));
    tool
}

fn model() -> Value {
    let text = part(&with_page(), "ConfigMap", "/data/jobs.json");
    serde_json::from_str(text.trim_start_matches('|')).expect("JSON")
}

#[test]
fn the_sidecar_of_grafana_knows_it_by_a_label() {
    let page = objects(&with_page(), &["ConfigMap"]);
    assert_snapshot!(page.split("\ndata:").next().unwrap_or_default(), @r#"
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
    let panels = model["panels"].as_array().expect("graphs");
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
fn the_choice_is_a_parameter_of_the_url() {
    assert_eq!(page(name!("job")).choice.url_parameter(), "var-job");
    assert_eq!(model()["templating"]["list"][0]["definition"], "label_values(up, job)");
}

#[test]
fn a_page_that_grafana_would_not_load_is_refused() {
    let elsewhere =
        Bundle::new(name!("other"), &Namespace::new(name!("elsewhere")), &name!("test"));
    elsewhere.grafana_page(&GRAFANA, &page(name!("the-job")));
    let said = mistakes(&[&elsewhere]);
    let lines: Vec<_> = said.lines().filter(|line| line.contains("page")).collect();
    assert_snapshot!(lines.join("\n"), @"
    manifests-lib/tests/language/components/grafana.rs:N: the page jobs is in the namespace elsewhere, and Grafana loads pages of shop: add it to a bundle of shop
    manifests-lib/tests/language/components/grafana.rs:N: the choice the-job of the page jobs has a dash, at which Grafana ends a name in queries: leave it out
    ");
}
