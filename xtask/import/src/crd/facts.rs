//! Facts of a schema about a value that its Rust type does not express, for doc comments.

use serde_json::Value;

use super::exclusive::Alternatives;
use super::schema::{Additional, Schema};
use crate::markdown::code;

/// Facts about the value at one place.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Facts {
    /// The type in the CRD's words: `array of string`.
    pub kind: String,
    /// One fact each, in a fixed order, as safe Markdown.
    pub lines: Vec<String>,
    /// Upstream's description.
    pub description: Option<String>,
}

/// Collects the facts of a property.
pub fn facts(schema: &Schema) -> Facts {
    let mut facts = Vec::new();
    own_facts(schema, "", &mut facts);
    if let Some(items) = &schema.items {
        own_facts(items, "Each element: ", &mut facts);
    }
    if let Some(Additional::Values(values)) = &schema.additional_properties {
        own_facts(values, "Each value: ", &mut facts);
    }
    Facts { kind: kind(schema), lines: facts, description: schema.description.clone() }
}

/// Facts about an object as a whole that its fields do not express.
pub fn conditions(alternatives: &Alternatives) -> Vec<String> {
    let mut conditions: Vec<String> = alternatives
        .at_least_one
        .iter()
        .map(|names| {
            let names: Vec<String> = names.iter().map(|name| code(name)).collect();
            format!("At least one of {} must be set.", names.join(", "))
        })
        .collect();
    if alternatives.unexpressed > 0 {
        conditions.push(format!(
            "Conditions of the CRD that the type does not say: {}.",
            alternatives.unexpressed
        ));
    }
    conditions
}

/// The same for a kind itself, whose fields express no alternatives.
pub fn of_root(alternatives: &Alternatives) -> Vec<String> {
    let exclusive = alternatives.exclusive.iter().map(|exclusive| {
        let names: Vec<String> = exclusive.alternatives.iter().map(|name| code(name)).collect();
        let (count, verb) =
            if exclusive.none_allowed { ("At most", "may") } else { ("Exactly", "must") };
        format!("{count} one of {} {verb} be set.", names.join(", "))
    });
    exclusive.chain(conditions(alternatives)).collect()
}

fn kind(schema: &Schema) -> String {
    if schema.int_or_string {
        return "integer or string".to_owned();
    }
    let plain = match (schema.kind.as_deref(), &schema.format) {
        (Some("array"), _) => {
            let items = schema.items.as_deref().map_or_else(|| "anything".to_owned(), kind);
            format!("array of {items}")
        }
        (Some("object"), _) => match &schema.additional_properties {
            Some(Additional::Values(values)) => format!("map of {}", kind(values)),
            Some(Additional::Any(true)) => "map of anything".to_owned(),
            _ if schema.properties.is_empty() => "object without a schema".to_owned(),
            _ => "object".to_owned(),
        },
        (Some(kind), Some(format)) => format!("{kind} ({})", code(format)),
        (Some(kind), None) => kind.to_owned(),
        (None, _) => "anything".to_owned(),
    };
    if schema.nullable { format!("{plain} or null") } else { plain }
}

fn own_facts(schema: &Schema, whose: &str, facts: &mut Vec<String>) {
    let mut add = |label: &str, value: Option<String>| {
        if let Some(value) = value {
            let mut label = label.to_owned();
            if !whose.is_empty() {
                label[..1].make_ascii_lowercase();
            }
            facts.push(format!("{whose}{label}{value}."));
        }
    };
    let json = |value: &Value| code(&value.to_string());
    let number =
        |value: &Option<serde_json::Number>| value.as_ref().map(|number| code(&number.to_string()));
    let count = |value: Option<u64>| value.map(|count| count.to_string());
    let exclusive = |label: &'static str, exclusive: bool| {
        if exclusive { format!("{label}, exclusive") } else { label.to_owned() }
    };

    add("Default: ", schema.default.as_ref().map(json));
    let is_string = schema.kind.as_deref() == Some("string");
    let values = schema.values.as_ref().filter(|_| !is_string);
    add("One of: ", values.map(|values| values.iter().map(json).collect::<Vec<_>>().join(", ")));
    add("Pattern: ", schema.pattern.as_deref().map(code));
    add(&format!("{}: ", exclusive("Minimum", schema.exclusive_minimum)), number(&schema.minimum));
    add(&format!("{}: ", exclusive("Maximum", schema.exclusive_maximum)), number(&schema.maximum));
    add("Multiple of: ", number(&schema.multiple_of));
    add("Minimum length: ", count(schema.min_length));
    add("Maximum length: ", count(schema.max_length));
    add("Minimum number of elements: ", count(schema.min_items));
    add("Maximum number of elements: ", count(schema.max_items));
    add("Elements are unique", schema.unique_items.then(String::new));
    add("Minimum number of entries: ", count(schema.min_properties));
    add("Maximum number of entries: ", count(schema.max_properties));
    let list = schema.list_type.as_deref().filter(|list_type| *list_type != "atomic");
    add(
        "List type: ",
        list.map(|list_type| {
            let keys: Vec<String> = schema.list_map_keys.iter().map(|key| code(key)).collect();
            if keys.is_empty() {
                code(list_type)
            } else {
                format!("{} by {}", code(list_type), keys.join(", "))
            }
        }),
    );
    let rules = schema.validations.len();
    add("Validation rules (CEL): ", (rules > 0).then(|| rules.to_string()));
}
