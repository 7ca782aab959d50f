//! Tags that a chart gets as numbers.

use crate::check::{At, Family, Rule, Severity};
use crate::objects::{Value, list, text, yaml};

pub(in crate::check) static RULE: Rule = Rule {
    name: "numeric-tag",
    family: Family::Text,
    severity: Severity::Error,
    summary: "A tag of an image is a number in the values of a chart",
    consequence: "Helm writes large numbers as 2.0240101e+07 and 1.10 as 1.1: the image is not found, or is another one",
    explanation: "Values of an Application whose key is `tag`, or ends in `Tag` or `_tag`, in `valuesObject` and in the text `values`.",
    remedy: "write the tag in quotes",
    upstream: "https://helm.sh/docs/chart_best_practices/values/#make-types-clear",
    check: |graph, findings| {
        for application in graph.objects().of_kind("argoproj.io", "Application") {
            let spec = &application.json["spec"];
            for source in list(&spec["sources"]).iter().chain(Some(&spec["source"])) {
                let helm = &source["helm"];
                if let Some((tag, value)) = numeric_tag(&helm["valuesObject"]) {
                    findings.add(
                        application,
                        At::Value(value),
                        format!("{tag} is the number {value}"),
                    );
                }
                let (documents, _) = text(&helm["values"]).map(yaml::documents).unwrap_or_default();
                for document in &documents {
                    if let Some((tag, value)) = numeric_tag(&document.value) {
                        findings.add(
                            application,
                            At::Value(&helm["values"]),
                            format!("{tag} is the number {value}"),
                        );
                    }
                }
            }
        }
    },
};

/// The first tag that is a number, by its key.
fn numeric_tag(values: &Value) -> Option<(&str, &Value)> {
    match values {
        Value::Object(fields) => fields.iter().find_map(|(key, value)| {
            let is_tag = key == "tag" || key.ends_with("Tag") || key.ends_with("_tag");
            if is_tag && value.is_number() {
                Some((key.as_str(), value))
            } else {
                numeric_tag(value)
            }
        }),
        Value::Array(items) => items.iter().find_map(numeric_tag),
        _ => None,
    }
}
