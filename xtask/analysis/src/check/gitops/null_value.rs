//! Nulls that erase the defaults of a chart.

use crate::check::{At, Family, Rule, Severity};
use crate::graph::delivery::sources;
use crate::objects::Value;

pub(in crate::check) static RULE: Rule = Rule {
    name: "null-value",
    family: Family::Gitops,
    severity: Severity::Warning,
    summary: "A value of a chart is null in valuesObject of an Application",
    consequence: "an apply takes it for a request to remove the key: Helm keeps the default that the null should erase",
    explanation: "Helm erases a default by null. In the text `values` that works; in `valuesObject` it is a field of an object, and never \
                  reaches Helm.",
    remedy: "write these values as text, in helm.values",
    upstream: "https://helm.sh/docs/chart_template_guide/values_files/#deleting-a-default-key",
    check: |graph, findings| {
        for application in graph.objects().of_kind("argoproj.io", "Application") {
            for source in sources(application) {
                if let Some((key, value)) = null(&source["helm"]["valuesObject"]) {
                    findings.add(application, At::Value(value), format!("{key} is null"));
                }
            }
        }
    },
};

fn null(values: &Value) -> Option<(&str, &Value)> {
    match values {
        Value::Object(fields) => fields.iter().find_map(|(key, value)| {
            if value.is_null() { Some((key.as_str(), value)) } else { null(value) }
        }),
        Value::Array(items) => items.iter().find_map(null),
        _ => None,
    }
}
