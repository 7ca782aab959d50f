//! Dashboards of Grafana, as code.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Value, json};

use crate::model::bundle::{Added, Bundle};
use crate::model::metadata::named;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::observability::web_ui::WebUiHandle;
use crate::values::Name;

/// A dashboard of Grafana with graphs of what Prometheus has measured, two in a row.
///
/// Becomes a ConfigMap that Grafana's sidecar loads. People cannot save over it.
///
/// Upstream: <https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/>
#[derive(Clone, Debug)]
pub struct Dashboard {
    /// Part of its URL: `/d/<name>`. `name!("slo")`.
    pub name: Name,
    /// What people and other tools find it by.
    pub title: &'static str,
    /// The `uid` of the Prometheus, among Grafana's data sources: `name!("prometheus")`.
    pub data_source: Name,
    /// What is chosen above the panels.
    pub variable: Variable,
    /// The panels, from left to right and from top to bottom.
    pub panels: Vec<Panel>,
}

/// A value that people choose; queries name it as `$<name>`.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name in queries. In the dashboard's URL it is `var-<name>`. `name!("service")`.
    pub name: Name,
    /// The metric that has the values, a selector of Prometheus.
    pub metric: &'static str,
    /// The label of the metric that they are values of.
    pub label: &'static str,
}

impl Variable {
    /// The parameter of the dashboard's URL that chooses.
    #[must_use]
    pub fn url_parameter(&self) -> String {
        format!("var-{}", self.name)
    }
}

/// Lines over time.
#[derive(Clone, Debug)]
pub struct Panel {
    /// What people read above it.
    pub title: &'static str,
    /// What is counted.
    pub unit: Unit,
    /// The lines.
    pub targets: Vec<Target>,
}

/// A query, and the lines that it becomes.
#[derive(Clone, Debug)]
pub struct Target {
    /// A query of Prometheus; `$__rate_interval` is the shortest range that a rate makes sense over.
    pub query: String,
    /// What a line is called; `{{label}}` is the value of a label.
    pub legend: &'static str,
}

/// How Grafana writes numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Requests a second.
    RequestsPerSecond,
    /// A part of 1, written as per cent.
    PercentUnit,
    /// Milliseconds.
    Milliseconds,
}

impl Unit {
    fn as_str(self) -> &'static str {
        match self {
            Self::RequestsPerSecond => "reqps",
            Self::PercentUnit => "percentunit",
            Self::Milliseconds => "ms",
        }
    }
}

impl Bundle {
    /// Adds a dashboard to Grafana.
    ///
    /// The build reports a bundle of another namespace than Grafana's, and a variable with a dash in its name.
    #[track_caller]
    pub fn grafana_dashboard(
        &self,
        grafana: &WebUiHandle,
        dashboard: &Dashboard,
    ) -> Added<ConfigMap> {
        let (of_grafana, origin) = (grafana.port.pods.bundle().state(), Origin::here());
        self.state().refuse_foreign("the Grafana", of_grafana, origin);
        let namespace = &grafana.web_ui.service.namespace;
        if namespace != self.namespace() {
            self.error(
                Rule::WrongNamespace,
                Origin::here(),
                format!(
                    "the dashboard {} is in the namespace {}, and Grafana loads dashboards of {}: add it to a bundle of {}",
                    dashboard.name,
                    self.namespace().name(),
                    namespace.name(),
                    namespace.name()
                ),
            );
        }
        if dashboard.variable.name.as_str().contains('-') {
            self.error(
                Rule::InvalidDashboardVariable,
                Origin::here(),
                format!(
                    "the variable {} of the dashboard {} has a dash, at which Grafana ends a name in queries: leave it out",
                    dashboard.variable.name, dashboard.name
                ),
            );
        }
        self.add(ConfigMap {
            metadata: ObjectMeta {
                labels: Some(BTreeMap::from([SIDECAR_LABEL.map(str::to_owned).into()])),
                ..named(format!("{}-dashboard", dashboard.name))
            },
            data: Some(BTreeMap::from([(
                format!("{}.json", dashboard.name),
                format!("{:#}\n", dashboard.model()),
            )])),
            ..ConfigMap::default()
        })
    }
}

/// By which the sidecar knows the ConfigMaps that it loads; the chart's default.
const SIDECAR_LABEL: [&str; 2] = ["grafana_dashboard", "1"];

/// The version of the model that is written; Grafana migrates it.
const SCHEMA_VERSION: u8 = 39;

/// Of the 24 columns of a dashboard.
const PANEL_WIDTH: usize = 12;
const PANEL_HEIGHT: usize = 8;

impl Dashboard {
    fn model(&self) -> Value {
        let source = json!({ "type": "prometheus", "uid": self.data_source.as_str() });
        let panels: Vec<Value> = self
            .panels
            .iter()
            .enumerate()
            .map(|(index, panel)| panel.model(index, &source))
            .collect();
        json!({
            "uid": self.name.as_str(),
            "title": self.title,
            "editable": false,
            "schemaVersion": SCHEMA_VERSION,
            "refresh": "1m",
            "time": { "from": "now-6h", "to": "now" },
            "templating": { "list": [self.variable.model(&source)] },
            "panels": panels,
        })
    }
}

impl Variable {
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

impl Panel {
    fn model(&self, index: usize, source: &Value) -> Value {
        let targets: Vec<Value> = self
            .targets
            .iter()
            .enumerate()
            .map(|(index, Target { query, legend })| {
                json!({
                    "refId": format!("query{index}"),
                    "datasource": source,
                    "expr": query,
                    "legendFormat": legend,
                })
            })
            .collect();
        json!({
            "id": index + 1,
            "type": "timeseries",
            "title": self.title,
            "datasource": source,
            "gridPos": {
                "x": index % 2 * PANEL_WIDTH,
                "y": index / 2 * PANEL_HEIGHT,
                "w": PANEL_WIDTH,
                "h": PANEL_HEIGHT,
            },
            "fieldConfig": {
                "defaults": { "unit": self.unit.as_str(), "min": 0 },
                "overrides": [],
            },
            "targets": targets,
        })
    }
}
