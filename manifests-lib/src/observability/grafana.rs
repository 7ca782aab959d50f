//! Pages of Grafana, as code.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Value, json};

use crate::model::bundle::Bundle;
use crate::model::origin::Origin;
use crate::observability::dashboard::Dashboard;
use crate::values::Name;

/// A page of Grafana with graphs of what Prometheus has measured, two in a row.
///
/// Becomes a ConfigMap that Grafana's sidecar loads. People cannot save over it.
///
/// Upstream: <https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/>
#[derive(Clone, Debug)]
pub struct GrafanaPage {
    /// Part of its URL: `/d/<name>`.
    pub name: Name,
    /// What people and other tools find it by.
    pub title: &'static str,
    /// The `uid` of the Prometheus, among Grafana's data sources.
    pub data_source: Name,
    /// What is chosen above the graphs.
    pub choice: GrafanaChoice,
    /// The graphs, from left to right and from top to bottom.
    pub graphs: Vec<GrafanaGraph>,
}

/// A value that people choose; queries name it as `$<name>`.
#[derive(Clone, Debug)]
pub struct GrafanaChoice {
    /// Its name in queries. In the page's URL it is `var-<name>`.
    pub name: Name,
    /// The metric that has the values, a selector of Prometheus.
    pub metric: &'static str,
    /// The label of the metric that they are values of.
    pub label: &'static str,
}

impl GrafanaChoice {
    /// The parameter of the page's URL that chooses.
    #[must_use]
    pub fn url_parameter(&self) -> String {
        format!("var-{}", self.name)
    }
}

/// Lines over time.
#[derive(Clone, Debug)]
pub struct GrafanaGraph {
    /// What people read above it.
    pub title: &'static str,
    /// What is counted.
    pub unit: GrafanaUnit,
    /// The lines.
    pub lines: Vec<GrafanaLines>,
}

/// A query, and the lines that it becomes.
#[derive(Clone, Debug)]
pub struct GrafanaLines {
    /// A query of Prometheus; `$__rate_interval` is the shortest range that a rate makes sense over.
    pub query: String,
    /// What a line is called; `{{label}}` is the value of a label.
    pub called: &'static str,
}

/// How Grafana writes numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrafanaUnit {
    /// Requests a second.
    RequestsPerSecond,
    /// A part of 1, written as per cent.
    Part,
    /// Milliseconds.
    Milliseconds,
}

impl GrafanaUnit {
    fn as_str(self) -> &'static str {
        match self {
            Self::RequestsPerSecond => "reqps",
            Self::Part => "percentunit",
            Self::Milliseconds => "ms",
        }
    }
}

impl Bundle {
    /// Adds a page to Grafana.
    ///
    /// The build reports a bundle of another namespace than Grafana's, and a choice with a dash in its name.
    #[track_caller]
    pub fn grafana_page(&self, grafana: &Dashboard, page: &GrafanaPage) {
        let namespace = &grafana.service.namespace;
        if namespace != self.namespace() {
            self.error(
                Origin::here(),
                format!(
                    "the page {} is in the namespace {}, and Grafana loads pages of {}: add it to a bundle of {}",
                    page.name,
                    self.namespace().name(),
                    namespace.name(),
                    namespace.name()
                ),
            );
        }
        if page.choice.name.as_str().contains('-') {
            self.error(
                Origin::here(),
                format!(
                    "the choice {} of the page {} has a dash, at which Grafana ends a name in queries: leave it out",
                    page.choice.name, page.name
                ),
            );
        }
        self.add(ConfigMap {
            metadata: ObjectMeta {
                name: Some(format!("{}-dashboard", page.name)),
                labels: Some(BTreeMap::from([SIDECAR_LABEL.map(str::to_owned).into()])),
                ..ObjectMeta::default()
            },
            data: Some(BTreeMap::from([(
                format!("{}.json", page.name),
                format!("{:#}\n", page.model()),
            )])),
            ..ConfigMap::default()
        });
    }
}

/// By which the sidecar knows the ConfigMaps that it loads; the chart's default.
const SIDECAR_LABEL: [&str; 2] = ["grafana_dashboard", "1"];

/// The version of the model that is written; Grafana migrates it.
const SCHEMA_VERSION: u8 = 39;

/// Of the 24 columns of a page.
const GRAPH_WIDTH: usize = 12;
const GRAPH_HEIGHT: usize = 8;

impl GrafanaPage {
    fn model(&self) -> Value {
        let source = json!({ "type": "prometheus", "uid": self.data_source.as_str() });
        let panels: Vec<Value> = self
            .graphs
            .iter()
            .enumerate()
            .map(|(index, graph)| graph.model(index, &source))
            .collect();
        json!({
            "uid": self.name.as_str(),
            "title": self.title,
            "editable": false,
            "schemaVersion": SCHEMA_VERSION,
            "refresh": "1m",
            "time": { "from": "now-6h", "to": "now" },
            "templating": { "list": [self.choice.model(&source)] },
            "panels": panels,
        })
    }
}

impl GrafanaChoice {
    fn model(&self, source: &Value) -> Value {
        let query = format!("label_values({}, {})", self.metric, self.label);
        json!({
            "name": self.name.as_str(),
            "type": "query",
            "datasource": source,
            "definition": query,
            "query": { "query": query, "refId": "choice" },
            // When the time range changes, and by name.
            "refresh": 2,
            "sort": 1,
        })
    }
}

impl GrafanaGraph {
    fn model(&self, index: usize, source: &Value) -> Value {
        let targets: Vec<Value> = self
            .lines
            .iter()
            .enumerate()
            .map(|(index, GrafanaLines { query, called })| {
                json!({
                    "refId": format!("query{index}"),
                    "datasource": source,
                    "expr": query,
                    "legendFormat": called,
                })
            })
            .collect();
        json!({
            "id": index + 1,
            "type": "timeseries",
            "title": self.title,
            "datasource": source,
            "gridPos": {
                "x": index % 2 * GRAPH_WIDTH,
                "y": index / 2 * GRAPH_HEIGHT,
                "w": GRAPH_WIDTH,
                "h": GRAPH_HEIGHT,
            },
            "fieldConfig": {
                "defaults": { "unit": self.unit.as_str(), "min": 0 },
                "overrides": [],
            },
            "targets": targets,
        })
    }
}
