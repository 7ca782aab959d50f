//! What a chart says about one place of its values, and the type that follows from it.

use serde_json::{Map, Value};

use super::kind::Kind;
use super::path::Path;
use super::rules;
use super::schema::Schema;

/// What the chart says about one place.
pub struct Place<'a> {
    pub default: Option<&'a Value>,
    pub schema: Schema<'a>,
}

impl<'a> Place<'a> {
    /// A key of the object at this place.
    pub fn key(&self, key: &str) -> Self {
        Self {
            default: self.default.and_then(|default| default.get(key)),
            schema: self.schema.property(key),
        }
    }

    /// Whether the chart has the place at all.
    pub fn exists(&self) -> bool {
        self.default.is_some() || !self.schema.is_empty()
    }

    /// The default, if it is an object.
    pub fn object(&self) -> Option<&'a Map<String, Value>> {
        self.default.and_then(Value::as_object)
    }

    /// The type that follows from the name of the key.
    pub fn by_name(&self, path: &Path) -> Option<Kind> {
        let key = path.last_key()?;
        if let Some(default) = self.default {
            return rules::by_name(key, default);
        }
        let kinds: Vec<&str> = self.schema.kinds().into_iter().collect();
        // A name is more specific than a schema that only says "object", and less than one that says "string".
        match kinds.as_slice() {
            [] => rules::by_name(key, &Value::Null),
            ["array"] => rules::by_name(key, &Value::Array(Vec::new())),
            ["object"] => rules::by_name(key, &Value::Object(Map::new())),
            _ => None,
        }
    }

    /// A scalar, or what the schema allows beside it.
    pub fn scalar(&self, plain: Kind) -> Kind {
        let kinds: Vec<&str> = self.schema.kinds().into_iter().collect();
        match kinds.as_slice() {
            [] | [_] | ["integer", "number"] => plain,
            ["integer", "string"] => Kind::read("IntOrString").unwrap_or(Kind::Value),
            _ => Kind::Value,
        }
    }

    /// A string, or the values that the schema lists.
    pub fn string(&self) -> Kind {
        match (self.schema.strings(), self.default) {
            (Some(values), None | Some(Value::Null)) => Kind::OneOf(values),
            (Some(values), Some(Value::String(default))) if values.contains(default) => {
                Kind::OneOf(values)
            }
            _ => self.scalar(Kind::String),
        }
    }
}

/// The elements merged into one: objects with the keys of all of them; `None` if they are of different types.
pub fn together(elements: &[Value]) -> Option<Value> {
    let first = elements.first()?;
    let alike = |one: &Value| std::mem::discriminant(one) == std::mem::discriminant(first);
    if !elements.iter().all(alike) {
        return None;
    }
    let mut merged = Map::new();
    for object in elements.iter().filter_map(Value::as_object) {
        for (key, value) in object {
            let known = merged.entry(key.clone()).or_insert(Value::Null);
            if known.is_null() || is_empty(known) {
                known.clone_from(value);
            }
        }
    }
    Some(match first {
        Value::Object(_) => Value::Object(merged),
        // The longest list has the most information.
        Value::Array(_) => {
            elements.iter().max_by_key(|element| element.as_array().map_or(0, Vec::len))?.clone()
        }
        other => other.clone(),
    })
}

/// What charts write for "nothing".
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A default, for messages.
pub fn shortened(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 {
        text
    } else {
        let start: String = text.chars().take(59).collect();
        format!("{start}…")
    }
}
