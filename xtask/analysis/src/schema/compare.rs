//! An object compared with the schema of its kind, as the API server does it: one walk finds what all rules of schemas tell.

use serde_json::{Map, Value};

use super::{Kind, Schema, Type, resolved};
use crate::check::hint;
use crate::objects::{FieldPath, Object};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// There is no such field.
    UnknownField,
    /// The value is of another type.
    WrongType,
}

/// A place at which an object is not what its schema allows.
#[derive(Debug)]
pub(crate) struct Breach<'a> {
    /// The object.
    pub object: &'a Object,
    /// What is wrong.
    pub mistake: Mistake,
    /// The value, or where a field is missing what lacks it.
    pub value: &'a Value,
    /// The field that is missing.
    pub missing: Option<String>,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// The way out, where it is known better than the rule does.
    pub help: Option<String>,
}

/// Compares an object with its kind.
pub(crate) fn compare<'a>(object: &'a Object, kind: &Kind, breaches: &mut Vec<Breach<'a>>) {
    let mut comparison = Comparison { object, kind, above: Vec::new(), breaches };
    comparison.value(&kind.schema, &object.json);
}

struct Comparison<'a, 's, 'b> {
    object: &'a Object,
    kind: &'s Kind,
    /// The objects around the place, with their schemas.
    above: Vec<(&'s Schema, &'a Value)>,
    breaches: &'b mut Vec<Breach<'a>>,
}

impl<'a, 's> Comparison<'a, 's, '_> {
    fn value(&mut self, schema: &'s Schema, value: &'a Value) {
        let named = schema.reference.as_deref();
        let schema = resolved(schema);
        // Both Go's reader and the pruning of CRDs take null for what is not there.
        if value.is_null() {
            return;
        }
        // The API server reads a number as well, as its text.
        let is_number = named == Some(QUANTITY) && value.is_number();
        if !is_number && !is_of_type(schema, value) {
            self.wrong_type(schema, value);
            return;
        }
        match value {
            Value::Object(fields) => self.object(schema, value, fields),
            Value::Array(items) => {
                if let Some(of_item) = &schema.items {
                    for item in items {
                        self.value(of_item, item);
                    }
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, schema: &'s Schema, value: &'a Value, fields: &'a Map<String, Value>) {
        // What Go reads as it comes has no fields of its own: `RawExtension`, `FieldsV1`.
        let is_raw = !self.kind.is_custom && schema.properties.is_empty();
        let keeps_unknown = schema.keeps_unknown || schema.is_open() || is_raw;
        self.above.push((schema, value));
        let is_root = self.above.len() == 1;
        for (name, inner) in fields {
            let is_of_kubernetes = (is_root && self.kind.is_custom) || schema.is_embedded;
            if is_of_kubernetes && ["apiVersion", "kind", "metadata"].contains(&name.as_str()) {
                continue;
            }
            if let Some(of_field) = schema.properties.get(name).or(schema.additional.as_deref()) {
                self.value(of_field, inner);
            } else if !keeps_unknown {
                self.unknown_field(schema, name, inner);
            }
        }
        self.above.pop();
    }

    fn wrong_type(&mut self, schema: &Schema, value: &'a Value) {
        let expected = if schema.int_or_string {
            "an integer or a string"
        } else {
            schema.kind.map_or("something else", Type::name)
        };
        let message =
            format!("{} is {}, where {expected} belongs", self.path(value), self.shown(value));
        let quoted = schema.kind == Some(Type::String) && !value.is_array() && !value.is_object();
        let help = quoted.then(|| "put it in quotes".to_owned());
        self.add(Mistake::WrongType, value, message, help);
    }

    fn unknown_field(&mut self, schema: &Schema, name: &str, value: &'a Value) {
        let known = schema.properties.keys().map(String::as_str);
        let near = hint(name, known.clone());
        let place = self.above.last().map(|(_, parent)| self.path(parent)).unwrap_or_default();
        let message = format!("{place} has no field {name}{near}");
        let help = if near.is_empty() {
            self.elsewhere(schema, name).or_else(|| listed(known))
        } else {
            None
        };
        self.add(Mistake::UnknownField, value, message, help);
    }

    /// Where a field of this name would be known: around the place, or one step below it.
    fn elsewhere(&self, schema: &Schema, name: &str) -> Option<String> {
        let around = self
            .above
            .iter()
            .rev()
            .skip(1)
            .find(|(schema, _)| schema.properties.contains_key(name));
        if let Some((_, value)) = around {
            return Some(format!("{name} is a field of {}: move it there", self.path(value)));
        }
        let below = schema.properties.iter().find(|(_, schema)| {
            let schema = resolved(schema);
            let schema = schema.items.as_deref().map_or(schema, resolved);
            schema.properties.contains_key(name)
        });
        below.map(|(field, _)| format!("{name} is a field of {field}: move it there"))
    }

    fn add(&mut self, mistake: Mistake, value: &'a Value, message: String, help: Option<String>) {
        let object = self.object;
        self.breaches.push(Breach { object, mistake, value, missing: None, message, help });
    }

    /// The path of a value; the kind where it is the whole object.
    fn path(&self, value: &Value) -> String {
        match FieldPath::of(&self.object.json, value) {
            Some(path) if !path.0.is_empty() => path.to_string(),
            _ => format!("{} of {}", self.object.identity.kind, self.object.api_version),
        }
    }

    /// A value in words, without what might be a secret.
    fn shown(&self, value: &Value) -> String {
        let is_secret = self.object.is("", "Secret");
        match value {
            Value::Null => "null".to_owned(),
            Value::Bool(_) if is_secret => "a boolean".to_owned(),
            Value::Number(_) if is_secret => "a number".to_owned(),
            Value::String(_) if is_secret => "a string".to_owned(),
            Value::Bool(boolean) => format!("the boolean {boolean}"),
            Value::Number(number) => format!("the number {number}"),
            Value::String(text) => format!("the string {:?}", shortened(text)),
            Value::Array(_) => "a list".to_owned(),
            Value::Object(_) => "an object".to_owned(),
        }
    }
}

const QUANTITY: &str = "api.resource.Quantity";

/// The fields that there are, where somebody can take them in.
fn listed<'a>(known: impl Iterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.collect();
    match known.len() {
        0 => Some("it has no fields: remove it".to_owned()),
        1..=12 => Some(format!("its fields are {}", known.join(", "))),
        _ => None,
    }
}

fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain(['…']).collect()
}

/// Whether a value is of the type that a schema asks for.
fn is_of_type(schema: &Schema, value: &Value) -> bool {
    if schema.int_or_string {
        return value.is_string() || is_whole(value);
    }
    let Some(kind) = schema.kind else { return true };
    match kind {
        Type::Object => value.is_object(),
        // The API server accepts lists as texts of a format.
        Type::String => value.is_string() || (value.is_array() && schema.format.is_some()),
        Type::Array => value.is_array(),
        Type::Integer => is_whole(value),
        Type::Number => value.is_number(),
        Type::Boolean => value.is_boolean(),
    }
}

/// Whether a value is a whole number, also where it is written as 1.0.
fn is_whole(value: &Value) -> bool {
    value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
}
