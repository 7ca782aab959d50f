//! The rules: every object of the release is rendered or explained, and every explanation is true.

use serde_json::Value;

use crate::document::{self, Cell, Field, Row};
use crate::helm::{self, HelmObject};
use crate::path;
use crate::rendered::Rendered;

/// Every difference in identity that no row explains.
pub fn unexplained(release: &[HelmObject], rendered: &[Rendered], rows: &[Row]) -> Vec<String> {
    let mut failures = Vec::new();
    for helm in release {
        let place = format!("{}:{}: {} {}", helm::FILE, helm.line, helm.environment, helm.title());
        let explained = |field: &Field| {
            rows.iter().any(|row| {
                row.field == *field
                    && row.environments.contains(&helm.environment)
                    && row.object.matches(helm).is_some()
            })
        };
        let Some(here) = rendered.iter().find(|here| here.is(helm)) else {
            if !explained(&Field::Object) {
                failures.push(format!(
                    "{place} is not rendered: a cluster that runs the Helm release would keep it beside the new objects; render \
                     it under this name, or say in {} with the field `object` why it is gone",
                    document::FILE
                ));
            }
            continue;
        };
        for field in [Field::ApiVersion, Field::Labels, Field::Selector] {
            let before = identity_of_helm(helm, &field);
            let after = identity_of_rendered(here, &field);
            if before != after && !explained(&field) {
                failures.push(format!(
                    "{place} has the {} {} there and {} here: render it as it was, or say in {} with the field `{}` why it differs",
                    field.title(),
                    shown(before.as_ref()),
                    shown(after.as_ref()),
                    document::FILE,
                    field.title()
                ));
            }
        }
    }
    failures
}

/// Every selector of the release that does not match the pods started here.
pub fn unselected(release: &[HelmObject], rendered: &[Rendered]) -> Vec<String> {
    release
        .iter()
        .filter(|helm| !helm.selector.is_empty())
        .filter(|helm| {
            let pods = |here: &&Rendered| {
                here.environment == helm.environment
                    && here.namespace == helm.namespace
                    && (helm.kind == "Service" || here.is(helm))
            };
            !rendered.iter().filter(pods).any(|here| {
                let labels = here.pod_labels();
                helm.selector
                    .iter()
                    .all(|(key, value)| labels.get(key) == Some(value))
            })
        })
        .map(|helm| {
            format!(
                "{}:{}: {} {} selects pods by {}, which no pod started here has: give the pods these labels as well, or they are \
                 cut off while old and new objects run together",
                helm::FILE,
                helm.line,
                helm.environment,
                helm.title(),
                helm::list(&helm.selector)
            )
        })
        .collect()
}

/// Every row with a claim that is wrong or out of date.
pub fn stale(release: &[HelmObject], rendered: &[Rendered], rows: &[Row]) -> Vec<String> {
    let mut failures = Vec::new();
    for row in rows {
        for environment in &row.environments {
            let mut found = Vec::new();
            for helm in release.iter().filter(|helm| helm.environment == *environment) {
                let Some(name) = row.object.matches(helm) else {
                    continue;
                };
                found.push(name);
                let here = rendered.iter().find(|here| here.is(helm));
                if let Some(failure) = row_failure(row, helm, here, name) {
                    failures.push(format!(
                        "{}:{}: {environment} {}: {failure}",
                        document::FILE,
                        row.line,
                        helm.title()
                    ));
                }
            }
            let missing =
                row.object.choices().iter().find(|choice| !found.contains(&choice.as_str()));
            if found.is_empty() || missing.is_some() {
                failures.push(format!(
                    "{}:{}: the row means no object of the Helm release in {environment}{}: correct Environment or Object after \
                     {}, or remove the row",
                    document::FILE,
                    row.line,
                    missing.map_or_else(String::new, |choice| format!(" with `{choice}`")),
                    helm::FILE
                ));
            }
        }
    }
    failures
}

fn row_failure(
    row: &Row,
    helm: &HelmObject,
    here: Option<&Rendered>,
    name: &str,
) -> Option<String> {
    let fill =
        |text: &str| text.replace("<name>", name).replace("<environment>", &helm.environment);
    let (path, here) = match (&row.field, here) {
        (Field::Object, here) => return absence_failure(row, here),
        (_, None) => {
            return Some(
                "the object is not rendered, so none of its fields can differ: remove the row, or correct Object".to_owned(),
            );
        }
        (Field::Path(path), Some(here)) => (fill(path), here),
        (field, Some(here)) => {
            let before = identity_of_helm(helm, field);
            if !row.helm.means(before.as_ref(), fill) {
                return Some(format!(
                    "Helm release is not what {}:{} says, {}: correct the column",
                    helm::FILE,
                    helm.line,
                    shown(before.as_ref())
                ));
            }
            return value_failure(row, identity_of_rendered(here, field).as_ref(), fill);
        }
    };
    match path::values(&here.object, &path) {
        Err(error) => Some(error),
        Ok(values) => values.into_iter().find_map(|value| value_failure(row, value, fill)),
    }
}

fn absence_failure(row: &Row, here: Option<&Rendered>) -> Option<String> {
    let there = matches!(&row.helm, Cell::Text(text) if text == "there");
    if !there || !matches!(row.here, Cell::Absent) {
        return Some(
            "the field `object` means an object that is gone: write `there` and absent; objects that only exist here need no row"
                .to_owned(),
        );
    }
    here.map(|_| "the object is rendered: remove the row".to_owned())
}

fn value_failure(
    row: &Row,
    value: Option<&Value>,
    fill: impl Fn(&str) -> String,
) -> Option<String> {
    if row.helm.means(value, &fill) {
        Some(format!(
            "`{}` is {}, as in the Helm release: it no longer differs, remove the row",
            row.field.title(),
            shown(value)
        ))
    } else if row.here.means(value, &fill) {
        None
    } else {
        Some(format!(
            "`{}` is rendered as {}, not as Here says: correct the column, or the module that renders it",
            row.field.title(),
            shown(value)
        ))
    }
}

fn identity_of_helm(helm: &HelmObject, field: &Field) -> Option<Value> {
    let text = match field {
        Field::ApiVersion => helm.api_version.clone(),
        Field::Labels => helm::list(&helm.labels),
        Field::Selector => helm::list(&helm.selector),
        Field::Object | Field::Path(_) => return None,
    };
    (!text.is_empty()).then_some(Value::String(text))
}

fn identity_of_rendered(here: &Rendered, field: &Field) -> Option<Value> {
    let text = match field {
        Field::ApiVersion => return here.object.get("apiVersion").cloned(),
        Field::Labels => helm::list(&here.labels()),
        Field::Selector => helm::list(&here.selector()),
        Field::Object | Field::Path(_) => return None,
    };
    (!text.is_empty()).then_some(Value::String(text))
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None => "absent".to_owned(),
        Some(Value::String(text)) => format!("`{text}`"),
        Some(value) => format!("`{value}`"),
    }
}
