//! The types that values can have, and how `charts.toml` writes them.

use std::fmt;

use serde_json::Value;

use super::kubernetes::{self, Kubernetes};

/// The type of a value.
#[derive(Clone, Debug)]
pub enum Kind {
    Bool,
    Integer,
    Float,
    String,
    /// A string with a list of values.
    OneOf(Vec<String>),
    /// Anything: `serde_json::Value`.
    Value,
    Kubernetes(&'static Kubernetes),
    List(Box<Kind>),
    Map(Box<Kind>),
    Object(Object),
    /// A value whose default null erases.
    Nullable(Box<Kind>),
}

/// An object with known keys.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// Ordered by key.
    pub fields: Vec<Field>,
    /// The type of values below further keys, if the object takes any.
    pub open: Option<Box<Kind>>,
}

/// A key of an object.
#[derive(Clone, Debug)]
pub struct Field {
    pub key: String,
    /// Its Rust name, before the conversion to Rust's case: the key, unless charts.toml chooses another name.
    pub name: String,
    pub kind: Kind,
    /// Whether the presence of an object has a meaning, even if nothing in it is set.
    pub presence: bool,
    /// One fact each, as safe Markdown.
    pub facts: Vec<String>,
}

impl Kind {
    /// Reads a type: `Vec<EnvVar>`, `BTreeMap<String, String>`.
    ///
    /// # Errors
    /// If it is not one; the sentence lists the known types.
    pub fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let inside = |prefix: &str| text.strip_prefix(prefix)?.strip_suffix('>');
        if let Some(element) = inside("Vec<") {
            return Ok(Self::List(Box::new(Self::read(element)?)));
        }
        if let Some(value) = inside("BTreeMap<")
            .and_then(|inside| inside.trim_start().strip_prefix("String"))
            .and_then(|inside| inside.trim_start().strip_prefix(','))
        {
            return Ok(Self::Map(Box::new(Self::read(value)?)));
        }
        Ok(match text {
            "bool" => Self::Bool,
            "i64" => Self::Integer,
            "f64" => Self::Float,
            "String" => Self::String,
            "Value" => Self::Value,
            name => match kubernetes::named(name).map(Self::Kubernetes) {
                Some(known) => known,
                None => return Err(unknown(name)),
            },
        })
    }

    /// Whether a type must be generated for it, here or further inside.
    pub fn has_shape(&self) -> bool {
        match self {
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => inner.has_shape(),
            Self::OneOf(_) | Self::Object(_) => true,
            _ => false,
        }
    }

    /// Whether a default fits this type; null counts as no value.
    pub fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null) | (Self::Value, _) => true,
            (Self::Nullable(inner), value) => inner.fits(value),
            (Self::Bool, value) => value.is_boolean(),
            (Self::Integer, value) => value.is_i64(),
            (Self::Float, value) => value.is_number(),
            (Self::String, value) => value.is_string(),
            (Self::OneOf(values), value) => {
                value.as_str().is_some_and(|value| values.iter().any(|one| one == value))
            }
            // An empty object leaves out everything, including what Kubernetes requires.
            (Self::Kubernetes(known), Value::Object(object)) if object.is_empty() => {
                !known.is_scalar()
            }
            (Self::Kubernetes(known), value) => (known.fits)(value),
            (Self::List(element), Value::Array(elements)) => {
                elements.iter().all(|value| element.fits(value))
            }
            (Self::Map(kind), Value::Object(object)) => {
                object.values().all(|value| kind.fits(value))
            }
            (Self::Object(kind), Value::Object(object)) => kind
                .fields
                .iter()
                .all(|field| object.get(&field.key).is_none_or(|value| field.kind.fits(value))),
            (Self::List(_) | Self::Map(_) | Self::Object(_), _) => false,
        }
    }
}

fn unknown(name: &str) -> String {
    let names: Vec<&str> = kubernetes::ALL.iter().map(|known| known.name).collect();
    format!(
        "{name:?} is not a type; write bool, i64, f64, String, Value, Vec<…>, BTreeMap<String, …> or one of {}",
        names.join(", ")
    )
}

/// As `charts.toml` writes it.
impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => formatter.write_str("bool"),
            Self::Integer => formatter.write_str("i64"),
            Self::Float => formatter.write_str("f64"),
            Self::String => formatter.write_str("String"),
            Self::OneOf(values) => {
                write!(formatter, "one of {}", serde_json::to_string(values).unwrap_or_default())
            }
            Self::Value => formatter.write_str("Value"),
            Self::Kubernetes(known) => formatter.write_str(known.name),
            Self::List(element) => write!(formatter, "Vec<{element}>"),
            Self::Map(value) => write!(formatter, "BTreeMap<String, {value}>"),
            Self::Object(_) => formatter.write_str("object"),
            Self::Nullable(inner) => write!(formatter, "{inner} or null"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types_are_written_as_they_are_read() {
        for text in
            ["bool", "Vec<EnvVar>", "BTreeMap<String, Vec<BTreeMap<String, Value>>>", "IntOrString"]
        {
            assert_eq!(Kind::read(text).unwrap().to_string(), text);
        }
        assert_eq!(
            Kind::read(" BTreeMap<String,i64> ").unwrap().to_string(),
            "BTreeMap<String, i64>"
        );
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for text in ["", "Vec", "Vec<", "Vec<>", "BTreeMap<i64, String>", "Pod", "str"] {
            assert!(Kind::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_default_fits_its_type_and_no_other() {
        let fits = |kind: &str, value: Value| Kind::read(kind).unwrap().fits(&value);
        assert!(fits("IntOrString", json!(1)) && fits("IntOrString", json!("30%")));
        assert!(!fits("String", json!(1.25)));
        assert!(fits("f64", json!(1)) && !fits("i64", json!(1.5)));
        assert!(fits("Vec<String>", json!([])) && !fits("Vec<String>", json!({})));
        assert!(!fits("BTreeMap<String, String>", json!({"enabled": true})));
        assert!(fits("bool", json!(null)));
        assert!(fits("SeccompProfile", json!({})) && !fits("IntOrString", json!({})));
    }
}
