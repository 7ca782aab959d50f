//! An object compared with the schema of its kind, as the API server does it: one walk finds what all rules of schemas tell.

mod condition;
mod lenient;
mod list;
mod scalar;
mod words;

use super::{Kind, Schema, Type, resolved};
use crate::check::hint;
use crate::objects::{Map, Object, Value};
use lenient::is_lenient;
use words::{counted, listed};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// There is no such field.
    UnknownField,
    /// The value is of another type.
    WrongType,
    /// The value is none of those that are listed.
    ValueNotInEnum,
    /// The text has another form.
    MalformedValue,
    /// The number, the length or the count is too small or too great.
    OutOfBounds,
    /// The field must be there.
    MissingField,
    /// Two items of a list are the same one, which the API server refuses.
    DuplicateListKey,
    /// Two items of a list are the same one, which only some ways to apply it refuse.
    DuplicateMergeKey,
    /// A condition of the CRD does not hold.
    BrokenValidation,
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
    let before = breaches.len();
    let (root, schema) = (&object.json, &kind.schema);
    let mut comparison = Comparison {
        object,
        is_custom: kind.is_custom,
        above: Vec::new(),
        in_status: false,
        breaches,
    };
    comparison.value(schema, root);
    if kind.is_custom {
        comparison.metadata(root);
        // As on the API server, conditions in CEL are asked of what is sound otherwise.
        if comparison.breaches.len() == before {
            comparison.rules(kind);
        }
    }
}

struct Comparison<'a, 's, 'b> {
    object: &'a Object,
    /// Whether what is compared belongs to a custom kind.
    is_custom: bool,
    /// The objects around the place, with their schemas.
    above: Vec<(&'s Schema, &'a Value)>,
    /// Whether the place is below `status`, which controllers write.
    in_status: bool,
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
        if !self.in_status {
            self.scalar(schema, value);
        }
        match value {
            Value::Object(fields) => self.object(schema, value, fields, named.unwrap_or_default()),
            Value::Array(items) => self.list(schema, value, items),
            _ => {}
        }
        if let Some(conditions) = schema.conditions.as_deref().filter(|_| !self.in_status) {
            self.conditions(conditions, schema, value);
        }
    }

    /// The metadata of a custom kind, which the API server reads as those of its own kinds.
    fn metadata(&mut self, root: &'a Value) {
        let Some(schema) = super::definition(METADATA) else { return };
        let mut of_kubernetes = Comparison {
            object: self.object,
            is_custom: false,
            above: Vec::new(),
            in_status: false,
            breaches: self.breaches,
        };
        of_kubernetes.value(schema, &root["metadata"]);
    }

    fn object(&mut self, schema: &'s Schema, value: &'a Value, fields: &'a Map, definition: &str) {
        let is_root = self.above.is_empty();
        self.above.push((schema, value));
        // What Go reads as it comes has no fields of its own: `RawExtension`, `FieldsV1`.
        let is_raw = !self.is_custom && schema.properties.is_empty();
        let keeps_unknown = schema.keeps_unknown || schema.is_open() || is_raw;
        let is_kubernetes_object = self.is_custom && (is_root || schema.is_embedded);
        for (name, inner) in fields {
            if is_kubernetes_object && ["apiVersion", "kind", "metadata"].contains(&name.as_str()) {
                continue;
            }
            let is_status = is_root && name == "status";
            // The API server drops the status that comes with an object.
            if is_status && self.is_custom {
                continue;
            }
            if let Some(of_field) =
                schema.properties.get(name.as_str()).or(schema.additional.as_deref())
            {
                self.in_status |= is_status;
                self.value(of_field, inner);
                self.in_status &= !is_status;
            } else if !keeps_unknown {
                self.unknown_field(schema, name, inner);
            }
        }
        if !self.in_status {
            self.required(schema, value, fields, definition);
            if let Some(bounds) = &schema.bounds {
                let count = fields.values().filter(|value| !value.is_null()).count();
                self.count(value, bounds.properties, count, "field");
            }
        }
        self.above.pop();
    }

    fn required(&mut self, schema: &'s Schema, value: &'a Value, fields: &Map, definition: &str) {
        for name in &schema.required {
            let is_there = fields.get(name).is_some_and(|value| !value.is_null());
            let of_field = schema.properties.get(name.as_str());
            let may_be_null = self.is_custom
                && fields.contains_key(name)
                && of_field.is_some_and(|schema| schema.nullable);
            let has_default = of_field.is_some_and(|schema| schema.default.is_some());
            let is_lenient = !self.is_custom && is_lenient(definition, schema, name);
            if is_there || may_be_null || has_default || is_lenient {
                continue;
            }
            let message = format!("{} has no {name}, which is required", self.path(value));
            let help = of_field.and_then(|schema| {
                let schema = resolved(schema);
                let kind = schema.kind.filter(|_| !schema.int_or_string).map(Type::name)?;
                let values = if schema.values.is_empty() {
                    String::new()
                } else {
                    format!(": {}", listed(&schema.values))
                };
                Some(format!("add {name}, {kind}{values}"))
            });
            self.add(Mistake::MissingField, value, message, help);
            if let Some(breach) = self.breaches.last_mut() {
                breach.missing = Some(name.clone());
            }
        }
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
            self.elsewhere(schema, name).or_else(|| words::all(known))
        } else {
            None
        };
        self.add(Mistake::UnknownField, value, message, help);
    }

    /// Where a field of this name would be known: around the place, or one step below it.
    fn elsewhere(&self, schema: &Schema, name: &str) -> Option<String> {
        let mut around = self.above.iter().rev().skip(1);
        let around = around.find(|(schema, _)| schema.properties.contains_key(name));
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

    /// A count of letters, items or fields that is too small or too great.
    fn count(
        &mut self,
        value: &'a Value,
        bounds: (Option<u64>, Option<u64>),
        count: usize,
        what: &str,
    ) {
        let count = count as u64;
        let (least, most) = bounds;
        let allowed = if let Some(least) = least.filter(|least| count < *least) {
            format!("at least {least}")
        } else if let Some(most) = most.filter(|most| count > *most) {
            format!("at most {most}")
        } else {
            return;
        };
        let message = format!(
            "{} has {}, where {allowed} are allowed",
            self.path(value),
            counted(count, what)
        );
        self.add(Mistake::OutOfBounds, value, message, None);
    }

    fn add(&mut self, mistake: Mistake, value: &'a Value, message: String, help: Option<String>) {
        let object = self.object;
        self.breaches.push(Breach { object, mistake, value, missing: None, message, help });
    }
}

/// A text such as `100m`, or a number.
const QUANTITY: &str = "api.resource.Quantity";

/// Metadata of every object.
const METADATA: &str = "apis.meta.v1.ObjectMeta";

/// Whether a value is of the type that a schema asks for.
fn is_of_type(schema: &Schema, value: &Value) -> bool {
    if schema.int_or_string {
        return value.is_string() || scalar::is_whole(value);
    }
    let Some(kind) = schema.kind else { return true };
    match kind {
        Type::Object => value.is_object(),
        // The API server accepts lists as texts of a format.
        Type::String => value.is_string() || (value.is_array() && schema.format.is_some()),
        Type::Array => value.is_array(),
        Type::Integer => scalar::is_whole(value),
        Type::Number => value.is_number(),
        Type::Boolean => value.is_boolean(),
    }
}
