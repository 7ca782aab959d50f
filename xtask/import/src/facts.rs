//! Facts of kinds, which `cargo xtask check` compares objects with: their schemas without prose, a line each.
//!
//! A line has a name, a tab and JSON: `apps/v1 Deployment` with a kind, or `#name` with a part of a schema that others refer to by
//! `{"$ref": "name"}`.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Map, Value};

/// The text of a file, ordered by name.
pub fn text(lines: &BTreeMap<String, Value>) -> String {
    let mut text = String::new();
    for (name, value) in lines {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name}\t{value}");
    }
    text
}

/// Keys of a schema that say nothing about what is allowed.
const PROSE: [&str; 9] = [
    "description",
    "example",
    "externalDocs",
    "title",
    "x-kubernetes-group-version-kind",
    "x-kubernetes-patch-merge-key",
    "x-kubernetes-patch-strategy",
    "x-kubernetes-map-type",
    "x-kubernetes-unions",
];

/// A schema without what is for people alone.
pub fn without_prose(schema: &Value) -> Value {
    let Value::Object(fields) = schema else { return schema.clone() };
    let all = |inner: &Value| match inner {
        Value::Array(items) => Value::Array(items.iter().map(without_prose).collect()),
        _ => inner.clone(),
    };
    let mut kept = Map::new();
    for (key, value) in fields {
        let value = match key.as_str() {
            key if PROSE.contains(&key) => continue,
            // The whole list is one value, and so is what says no more than the absence.
            "x-kubernetes-list-type" if value == "atomic" => continue,
            "properties" => {
                let of_property =
                    |(name, inner): (&String, &Value)| (name.clone(), without_prose(inner));
                Value::Object(value.as_object().into_iter().flatten().map(of_property).collect())
            }
            "items" | "additionalProperties" | "not" => without_prose(value),
            "oneOf" | "anyOf" | "allOf" => all(value),
            _ => value.clone(),
        };
        kept.insert(key.clone(), value);
    }
    Value::Object(kept)
}
