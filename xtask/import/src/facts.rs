//! Facts of kinds, which `cargo xtask check` compares objects with: their schemas without prose, a line each.
//!
//! A line has a name, a tab and JSON: `apps/v1 Deployment` with a kind, or `#name` with a part of a schema that others refer to by
//! `{"$ref": "name"}`.

use std::collections::BTreeMap;
use std::fmt::Write;

use released::sha256;
use serde_json::{Map, Value, json};

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

/// Parts of schemas with fewer letters are written where they stand.
const SHORT: usize = 200;

/// Parts that stand at several places, such as the template of a pod, are written once.
#[derive(Default)]
pub struct Shared {
    counts: BTreeMap<String, usize>,
}

impl Shared {
    /// Counts the parts of a schema.
    pub fn count(&mut self, schema: &Value) {
        for part in parts(schema) {
            let text = part.to_string();
            if text.len() > SHORT {
                *self.counts.entry(text).or_default() += 1;
            }
            self.count(part);
        }
    }

    /// The schema with names for its parts that stand elsewhere as well; adds their lines.
    pub fn write(&self, schema: &Value, lines: &mut BTreeMap<String, Value>) -> Value {
        let mut written = schema.clone();
        for part in parts_mut(&mut written) {
            let text = part.to_string();
            if self.counts.get(&text).is_none_or(|count| *count < 2) {
                *part = self.write(part, lines);
                continue;
            }
            let name = &sha256(text.as_bytes())[..12];
            let line = format!("#{name}");
            if !lines.contains_key(&line) {
                let of_part = self.write(part, lines);
                lines.insert(line, of_part);
            }
            *part = json!({"$ref": name});
        }
        written
    }
}

/// The schemas directly below a schema.
fn parts(schema: &Value) -> impl Iterator<Item = &Value> {
    let fields = schema.as_object().into_iter().flatten();
    fields.flat_map(|(key, value)| -> Vec<&Value> {
        match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => properties.values().collect(),
            ("items" | "additionalProperties", Value::Object(_)) => vec![value],
            _ => Vec::new(),
        }
    })
}

fn parts_mut(schema: &mut Value) -> impl Iterator<Item = &mut Value> {
    let fields = schema.as_object_mut().into_iter().flatten();
    fields.flat_map(|(key, value)| -> Vec<&mut Value> {
        match (key.as_str(), &mut *value) {
            ("properties", Value::Object(_)) => {
                value.as_object_mut().into_iter().flat_map(Map::values_mut).collect()
            }
            ("items" | "additionalProperties", Value::Object(_)) => vec![value],
            _ => Vec::new(),
        }
    })
}
