//! A schema: what is allowed at one place of an object.

use std::collections::BTreeMap;

use serde_json::Number;

use crate::objects::{Map, Value};

/// What is allowed at one place, as CRDs and the API server's `OpenAPI` say it.
///
/// What is not understood is left out, so that it allows more.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the format")]
pub struct Schema {
    /// Name of the definition that stands here instead.
    pub reference: Option<String>,
    /// The type; none where any will do.
    pub kind: Option<Type>,
    /// Whether a whole number will do as well as a text.
    pub int_or_string: bool,
    /// `date-time`, `int32`, …
    pub format: Option<String>,
    /// Whether null is a value of its own.
    pub nullable: bool,
    /// What stands here where nothing is written.
    pub default: Option<Value>,
    /// The only values that are allowed, where they are listed.
    pub values: Vec<Value>,
    /// Fields by name.
    pub properties: BTreeMap<String, Schema>,
    /// Fields that must be there.
    pub required: Vec<String>,
    /// What further fields hold; none where there are no further fields.
    pub additional: Option<Box<Schema>>,
    /// What the items of a list are.
    pub items: Option<Box<Schema>>,
    /// Whether unknown fields are kept.
    pub keeps_unknown: bool,
    /// Whether an object of Kubernetes stands here, with kind and metadata.
    pub is_embedded: bool,
    /// What tells the items of a list apart.
    pub uniqueness: Uniqueness,
    /// A regular expression that texts match.
    pub pattern: Option<String>,
    /// Bounds of numbers, lengths and counts.
    pub bounds: Option<Box<Bounds>>,
    /// Conditions beyond types.
    pub conditions: Option<Box<Conditions>>,
    /// Whether there are rules in CEL here.
    pub has_rules: bool,
}

/// A type of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Fields with names.
    Object,
    /// A list.
    Array,
    /// A text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
}

/// What tells the items of a list apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Uniqueness {
    /// Nothing.
    #[default]
    None,
    /// The items themselves.
    Items,
    /// These fields of them.
    Keys(Vec<String>),
}

/// Bounds of numbers, lengths and counts; those that are set hold.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// The least number.
    pub minimum: Option<Number>,
    /// The greatest number.
    pub maximum: Option<Number>,
    /// Whether the least number itself is too small.
    pub exclusive_minimum: bool,
    /// Whether the greatest number itself is too great.
    pub exclusive_maximum: bool,
    /// What numbers are multiples of.
    pub multiple_of: Option<Number>,
    /// Letters of a text, items of a list, fields of an object: at least and at most.
    pub length: (Option<u64>, Option<u64>),
    /// Items of a list.
    pub items: (Option<u64>, Option<u64>),
    /// Fields of an object.
    pub properties: (Option<u64>, Option<u64>),
}

/// Conditions beyond types.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// Exactly one of them holds.
    pub one_of: Vec<Schema>,
    /// At least one of them holds.
    pub any_of: Vec<Schema>,
    /// All of them hold.
    pub all_of: Vec<Schema>,
    /// It does not hold.
    pub not: Option<Schema>,
}

impl Type {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "object" => Self::Object,
            "array" => Self::Array,
            "string" => Self::String,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            _ => return None,
        })
    }

    /// What a value of it is called: `a whole number`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::Array => "a list",
            Self::String => "a string",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
        }
    }
}

impl Schema {
    /// Reads a schema.
    #[must_use]
    pub fn of(json: &Value) -> Self {
        let text = |key: &str| json[key].as_str().map(str::to_owned);
        let is = |key: &str| json[key].as_bool().unwrap_or_default();
        let inner = |key: &str| json[key].is_object().then(|| Box::new(Self::of(&json[key])));
        let texts = |key: &str| -> Vec<String> {
            let items = json[key].as_array().into_iter().flatten();
            items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let uniqueness = match json["x-kubernetes-list-type"].as_str() {
            Some("set") => Uniqueness::Items,
            Some("map") => Uniqueness::Keys(texts("x-kubernetes-list-map-keys")),
            _ => Uniqueness::None,
        };
        let anything = json["additionalProperties"].as_bool() == Some(true);
        let rules = json["x-kubernetes-validations"].as_array();
        Self {
            reference: text("$ref"),
            kind: json["type"].as_str().and_then(Type::of),
            int_or_string: is("x-kubernetes-int-or-string")
                || json["format"].as_str() == Some("int-or-string"),
            format: text("format"),
            nullable: is("nullable"),
            default: json.get("default").filter(|default| !default.is_null()).cloned(),
            values: json["enum"].as_array().unwrap_or_default().to_vec(),
            properties: properties(json),
            required: texts("required"),
            additional: if anything { Some(Box::default()) } else { inner("additionalProperties") },
            items: inner("items"),
            keeps_unknown: is("x-kubernetes-preserve-unknown-fields"),
            is_embedded: is("x-kubernetes-embedded-resource"),
            uniqueness,
            pattern: text("pattern").filter(|pattern| !pattern.is_empty()),
            bounds: Bounds::of(json).map(Box::new),
            conditions: Conditions::of(json).map(Box::new),
            has_rules: rules.is_some_and(|rules| !rules.is_empty()),
        }
    }

    /// Whether any value will do.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.kind.is_none() && self.properties.is_empty() && !self.int_or_string
    }
}

fn properties(json: &Value) -> BTreeMap<String, Schema> {
    let properties = json["properties"].as_object().into_iter().flatten();
    properties.map(|(name, schema)| (name.to_string(), Schema::of(schema))).collect()
}

impl Bounds {
    fn of(json: &Value) -> Option<Self> {
        const KEYS: [&str; 9] = [
            "minimum",
            "maximum",
            "multipleOf",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "minProperties",
            "maxProperties",
        ];
        let fields: &Map = json.as_object()?;
        if !KEYS.iter().any(|key| fields.contains_key(key)) {
            return None;
        }
        let number = |key: &str| match &json[key] {
            Value::Number(number) => Some(number.clone()),
            _ => None,
        };
        let count = |key: &str| json[key].as_u64();
        let is = |key: &str| json[key].as_bool().unwrap_or_default();
        Some(Self {
            minimum: number("minimum"),
            maximum: number("maximum"),
            exclusive_minimum: is("exclusiveMinimum"),
            exclusive_maximum: is("exclusiveMaximum"),
            multiple_of: number("multipleOf"),
            length: (count("minLength"), count("maxLength")),
            items: (count("minItems"), count("maxItems")),
            properties: (count("minProperties"), count("maxProperties")),
        })
    }
}

impl Conditions {
    fn of(json: &Value) -> Option<Self> {
        let all = |key: &str| -> Vec<Schema> {
            json[key].as_array().into_iter().flatten().map(Schema::of).collect()
        };
        let conditions = Self {
            one_of: all("oneOf"),
            any_of: all("anyOf"),
            all_of: all("allOf"),
            not: json["not"].is_object().then(|| Schema::of(&json["not"])),
        };
        let Self { one_of, any_of, all_of, not } = &conditions;
        let is_empty = one_of.is_empty() && any_of.is_empty() && all_of.is_empty();
        (!is_empty || not.is_some()).then_some(conditions)
    }
}
