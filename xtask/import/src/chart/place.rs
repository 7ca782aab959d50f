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
    /// The object that holds the place, in the defaults.
    pub beside: Option<&'a Map<String, Value>>,
}

impl<'a> Place<'a> {
    /// A key of the object at this place.
    pub fn key(&self, key: &str) -> Self {
        Self {
            default: self.default.and_then(|default| default.get(key)),
            schema: self.schema.property(key),
            beside: self.object(),
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

    /// The type that follows from the name of the key, if the default and the schema agree with it.
    pub fn by_name(&self, path: &Path) -> Option<Kind> {
        let key = path.last_key()?;
        let kinds = self.schema.kinds();
        let empty = match (self.default, kinds.contains("array"), kinds.contains("object")) {
            (Some(default), ..) => default.clone(),
            (None, true, _) => Value::Array(Vec::new()),
            (None, _, true) => Value::Object(Map::new()),
            (None, ..) => Value::Null,
        };
        let suggested = rules::by_name(path.key_above(), key, &empty, self.beside);
        let is_tag = key == "tag";
        suggested
            .into_iter()
            .find(|kind| agrees(kind, &self.schema) || (is_tag && kinds.contains("string")))
    }

    /// A number without a fraction.
    pub fn whole_number(&self, path: &Path) -> Kind {
        let is_number = self.schema.kinds().contains("number");
        let is_counted = path.last_key().is_none_or(|key| rules::is_counted(path.key_above(), key));
        self.scalar(if is_number && !is_counted { Kind::Number } else { Kind::Integer })
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

/// Whether a type is nothing else than what a schema says.
fn agrees(kind: &Kind, schema: &Schema<'_>) -> bool {
    let kinds = schema.kinds();
    let only = |known: &[&str]| kinds.iter().all(|kind| known.contains(kind));
    // Many charts also take an object or list as the text of a template.
    let also = |known: &str| kinds.is_empty() || kinds.contains(known);
    match kind {
        Kind::Value => true,
        Kind::Bool => only(&["boolean"]),
        Kind::Integer | Kind::Float | Kind::Number => only(&["integer", "number"]),
        Kind::String => only(&["string"]) && schema.strings().is_none(),
        Kind::Kubernetes(known) if known.is_scalar() => {
            kinds.is_empty() || (kinds.contains("string") && only(&["integer", "number", "string"]))
        }
        Kind::Kubernetes(known) => {
            let keys = schema.keys();
            also("object")
                && keys.iter().all(|key| (known.has)(key))
                // A map of values of the user's choice is no object of Kubernetes.
                && (!keys.is_empty() || schema.values().is_empty())
        }
        Kind::List(element) => also("array") && agrees(element, &schema.items()),
        Kind::Map(value) => {
            let values = schema.values();
            let takes = |schema: &Schema<'_>| {
                // Annotations are texts, also where a schema takes numbers for them.
                let is_text = matches!(**value, Kind::String) && schema.kinds().contains("string");
                is_text || agrees(value, schema)
            };
            also("object")
                && (!schema.is_closed() || !values.is_empty())
                && takes(&values)
                && schema.keys().iter().all(|key| takes(&schema.property(key)))
        }
        Kind::OneOf(_) | Kind::Object(_) | Kind::Nullable(_) => false,
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
