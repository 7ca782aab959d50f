//! promtool reads every query of our pages of Grafana.

use std::path::Path;

use harness::{Failure, Program, Programs, Report};
use serde_json::{Value, json};

use super::{refusal, write};
use crate::rendered::{Object, Rendered};

/// By which Grafana's sidecar knows the ConfigMaps that it loads.
const LABEL: &str = "grafana_dashboard";

/// Has promtool read the queries, as rules under made-up names.
pub fn check(
    programs: &Programs,
    rendered: &Rendered,
    folder: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let name = &rendered.environment;
    let mut queries = 0;
    for object in rendered.objects.iter().filter(|object| is_page(object)) {
        let rules: Vec<Value> = queries_of(object)?
            .iter()
            .enumerate()
            .map(|(index, query)| json!({ "record": format!("page:query{index}"), "expr": chosen(query) }))
            .collect();
        if rules.is_empty() {
            report.finding(format!("{name}: {object} ({}): the page has no query", object.origin));
        }
        queries += rules.len();
        let file = folder.join(format!("{}.page.yaml", object.identity.name));
        write(&file, &json!({ "groups": [{ "name": "page", "rules": rules }] }))?;
        if let Some(refusal) = refusal(programs, Program::PROMTOOL, &["check", "rules"], &file)? {
            report.finding(format!(
                "{name}: {object} ({}): Prometheus does not take its queries: {refusal}",
                object.origin
            ));
        }
    }
    report.compared(queries, format!("queries of {name} for Grafana read by Prometheus"));
    Ok(())
}

/// Whether Grafana loads an object as a page.
pub fn is_page(object: &Object) -> bool {
    object.identity.kind == "ConfigMap" && object.value["metadata"]["labels"][LABEL].is_string()
}

fn queries_of(page: &Object) -> Result<Vec<String>, Failure> {
    let mut queries = Vec::new();
    let files = page.value["data"].as_object().into_iter().flatten();
    for (file, text) in files {
        let model: Value =
            serde_json::from_str(text.as_str().unwrap_or_default()).map_err(|error| {
                Failure::new(format!(
                    "{file} of {page} ({}) is not JSON, so Grafana would not load it: {error}",
                    page.origin
                ))
            })?;
        for panel in model["panels"].as_array().into_iter().flatten() {
            let targets = panel["targets"].as_array().into_iter().flatten();
            queries.extend(targets.filter_map(|target| target["expr"].as_str().map(str::to_owned)));
        }
    }
    Ok(queries)
}

/// A query as Grafana asks it; what is chosen stands in quotes, where a dollar sign is as good as any text.
fn chosen(query: &str) -> String {
    query.replace("$__rate_interval", "5m")
}
