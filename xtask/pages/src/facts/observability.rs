//! Alerts, dashboards, pages for people, monitors.

use analysis::objects::{Object, Value, list, text};

use super::{Row, all, object};
use crate::page::{Piece, Text, code, codes, joined, words};
use crate::view::{Bundle, View};

const GROUP: &str = "monitoring.coreos.com";

/// The alerts that a bundle's module writes.
pub(super) fn alerts(_: &View<'_>, bundle: &Bundle<'_>) -> Vec<Row> {
    let rules = all(bundle).filter(|own| own.is(GROUP, "PrometheusRule"));
    rules.flat_map(alerts_of).collect()
}

/// The alerts of an object: name, severity and what is the matter.
fn alerts_of(rule: &Object) -> Vec<Row> {
    let groups = list(&rule.json["spec"]["groups"]).iter();
    let rules = groups.flat_map(|group| list(&group["rules"]));
    rules
        .filter_map(|rule| {
            let name = text(&rule["alert"])?;
            let labels = ["severity", "window"].into_iter();
            let labels: Vec<&str> =
                labels.filter_map(|label| text(&rule["labels"][label])).collect();
            let about = match labels.as_slice() {
                [] => code(name),
                labels => [code(name), words(format!(" ({})", labels.join(", ")))].concat(),
            };
            let annotations = &rule["annotations"];
            let sentences = ["summary", "description"].into_iter();
            let sentences: Vec<&str> =
                sentences.filter_map(|sentence| text(&annotations[sentence])).collect();
            let mut told = match sentences.as_slice() {
                [] => code(text(&rule["expr"]).unwrap_or_default().trim()),
                sentences => words(sentences.join(": ")),
            };
            if let Some(lasts) = text(&rule["for"]) {
                told.extend(words(format!(", for {lasts}")));
            }
            Some(vec![about, told])
        })
        .collect()
}

/// Dashboards, and pages for people.
pub(super) fn pages(view: &View<'_>, bundle: &Bundle<'_>) -> Vec<Row> {
    let mut rows: Vec<Row> = all(bundle).flat_map(|own| dashboards(bundle, own)).collect();
    let serves = bundle.objects.iter().any(|own| own.is(GROUP, "PrometheusRule"));
    if serves && bundle.is_service() {
        rows.extend(of_services(view));
    }
    for page in &view.environment.platform.web_uis {
        if page.origin.file == bundle.file() {
            let host = match &page.host {
                Some(_) => code(page.url()),
                None => [
                    code(format!("cargo xtask open {}", page.name)),
                    words(", then "),
                    code(page.local_url()),
                ]
                .concat(),
            };
            rows.push(vec![[words("page "), code(page.name.as_str())].concat(), host]);
        }
    }
    rows
}

/// The dashboards in a ConfigMap.
fn dashboards(bundle: &Bundle<'_>, map: &Object) -> Vec<Row> {
    titles(map)
        .into_iter()
        .map(|(_, title, _)| vec![object(bundle, map), words(format!("dashboard “{title}”"))])
        .collect()
}

/// The dashboards of the platform on which a service can be chosen.
fn of_services(view: &View<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for map in view.written("", "ConfigMap") {
        let Some(bundle) = map.bundle.as_deref() else { continue };
        for (key, title, variables) in titles(map) {
            if variables.iter().any(|name| name == "service") {
                let at: Text = vec![
                    Piece::Words(format!("“{title}” in Grafana, of ")),
                    Piece::Bundle(bundle.to_owned()),
                ];
                rows.push(vec![[words("dashboard "), code(key)].concat(), at]);
            }
        }
    }
    rows
}

/// The dashboards of Grafana in a ConfigMap: file, title and names of the variables that people choose.
fn titles(map: &Object) -> Vec<(String, String, Vec<String>)> {
    if !map.is("", "ConfigMap") || map.label("grafana_dashboard").is_none() {
        return Vec::new();
    }
    let files = map.json["data"].as_object().into_iter().flatten();
    let found = files.filter_map(|(key, contents)| {
        let dashboard: Value = serde_json::from_str(text(contents)?).ok()?;
        let variables = list(&dashboard["templating"]["list"]).iter();
        let variables = variables.filter_map(|own| text(&own["name"]).map(str::to_owned));
        Some((key.to_string(), text(&dashboard["title"])?.to_owned(), variables.collect()))
    });
    found.collect()
}

/// What Prometheus scrapes of it.
pub(super) fn monitors(_: &View<'_>, bundle: &Bundle<'_>) -> Vec<Row> {
    let monitors =
        all(bundle).filter(|own| own.is(GROUP, "PodMonitor") || own.is(GROUP, "ServiceMonitor"));
    monitors
        .map(|monitor| {
            let spec = &monitor.json["spec"];
            let endpoints =
                list(&spec["podMetricsEndpoints"]).iter().chain(list(&spec["endpoints"]));
            let endpoints = endpoints.map(|endpoint| {
                let port = match &endpoint["port"] {
                    Value::Null => endpoint["portNumber"].to_string(),
                    port => text(port).unwrap_or_default().to_owned(),
                };
                let port = if port == "null" { "any port".to_owned() } else { port };
                format!("{port} {}", text(&endpoint["path"]).unwrap_or("/metrics"))
            });
            let labels = spec["selector"]["matchLabels"].as_object().into_iter().flatten();
            let labels = codes(
                labels.map(|(key, value)| format!("{key}={}", text(value).unwrap_or_default())),
            );
            let of = if labels.is_empty() {
                Text::new()
            } else {
                [words("of pods with "), labels].concat()
            };
            vec![object(bundle, monitor), joined([codes(endpoints), of])]
        })
        .collect()
}
