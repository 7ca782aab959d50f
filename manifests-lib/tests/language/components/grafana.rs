use insta::assert_snapshot;
use manifests_lib::{
    Bundle, GrafanaChoice, GrafanaGraph, GrafanaLines, GrafanaPage, GrafanaUnit, name,
};
use serde_json::Value;

use crate::support::{bundle, objects, part};

fn graph(title: &'static str) -> GrafanaGraph {
    GrafanaGraph {
        title,
        unit: GrafanaUnit::Part,
        lines: vec![GrafanaLines {
            query: "up{job=\"$job\"}".to_owned(),
            called: "{{pod}}",
        }],
    }
}

fn with_page() -> Bundle {
    let tool = bundle();
    tool.grafana_page(&GrafanaPage {
        name: name!("jobs"),
        title: "Jobs",
        data_source: name!("metrics"),
        choice: GrafanaChoice {
            name: name!("job"),
            metric: "up",
            label: "job",
        },
        graphs: vec![graph("first"), graph("second"), graph("third")],
    });
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
    let choice = GrafanaChoice {
        name: name!("job"),
        metric: "up",
        label: "job",
    };
    assert_eq!(choice.url_parameter(), "var-job");
    assert_eq!(
        model()["templating"]["list"][0]["definition"],
        "label_values(up, job)"
    );
}
