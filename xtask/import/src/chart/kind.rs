//! The types that values can have, and how `charts.toml` writes them.

use std::fmt;

use serde_json::Value;

use super::kubernetes::{self, Kubernetes};

/// The deepest nesting of lists and maps that charts.toml may write.
const DEPTH: usize = 8;

/// The type of a value.
#[derive(Clone, Debug)]
pub enum Kind {
    Bool,
    Integer,
    Float,
    /// An integer or not: `serde_json::Number`.
    Number,
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
    /// The type of values below further keys, if charts.toml or the schema tells it.
    pub open: Option<Box<Kind>>,
    /// Whether the chart says nothing against further keys: its defaults are one example.
    pub is_example: bool,
    /// Of the root: places inside JSON whose default null may erase, by the keys that lead there.
    pub erasable: Vec<Vec<String>>,
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
        Self::nested(text, 0)
    }

    fn nested(text: &str, depth: usize) -> Result<Self, String> {
        if depth > DEPTH {
            return Err(format!("it is nested more than {DEPTH} levels deep; write Value inside"));
        }
        let text = text.trim();
        let inside = |prefix: &str| text.strip_prefix(prefix)?.strip_suffix('>');
        if let Some(element) = inside("Vec<") {
            return Ok(Self::List(Box::new(Self::nested(element, depth + 1)?)));
        }
        if let Some(value) = inside("BTreeMap<")
            .and_then(|inside| inside.trim_start().strip_prefix("String"))
            .and_then(|inside| inside.trim_start().strip_prefix(','))
        {
            return Ok(Self::Map(Box::new(Self::nested(value, depth + 1)?)));
        }
        Ok(match text {
            "bool" => Self::Bool,
            "i64" => Self::Integer,
            "f64" => Self::Float,
            "Number" => Self::Number,
            "String" => Self::String,
            "Value" => Self::Value,
            name => match kubernetes::named(name).map(Self::Kubernetes) {
                Some(known) => known,
                None => return Err(unknown(name)),
            },
        })
    }

    fn takes_json_at(&self, keys: &[String]) -> bool {
        match self {
            Self::Object(object) => object.takes_json_at(keys),
            Self::Nullable(inner) => inner.takes_json_at(keys),
            Self::Map(inner) => match keys.split_first() {
                Some((_, [])) => matches!(**inner, Self::Value),
                Some((_, rest)) => inner.takes_json_at(rest),
                None => false,
            },
            Self::Value => !keys.is_empty(),
            _ => false,
        }
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
            (Self::Float | Self::Number, value) => value.is_number(),
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
            (Self::Object(kind), Value::Object(object)) => {
                object.iter().all(|(key, value)| kind.takes(key, value))
            }
            (Self::List(_) | Self::Map(_) | Self::Object(_), _) => false,
        }
    }
}

impl Object {
    /// Whether what stands at the end of the keys is written as JSON, without a field of its own.
    pub fn takes_json_at(&self, keys: &[String]) -> bool {
        let Some((first, rest)) = keys.split_first() else {
            return false;
        };
        match self.fields.iter().find(|field| field.key == *first) {
            Some(field) => field.kind.takes_json_at(rest),
            None => self.is_example || matches!(self.open.as_deref(), Some(Kind::Value)),
        }
    }

    /// Whether a default fits its key; keys that are not kept fit.
    fn takes(&self, key: &str, value: &Value) -> bool {
        let field = self.fields.iter().find(|field| field.key == key);
        field.is_none_or(|field| field.kind.fits(value))
    }
}

fn unknown(name: &str) -> String {
    let name: String = name.chars().take(60).collect();
    let names: Vec<&str> = kubernetes::ALL.iter().map(|known| known.name).collect();
    format!(
        "{name:?} is not a type; write bool, i64, f64, Number, String, Value, Vec<…>, BTreeMap<String, …> or one of {}",
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
            Self::Number => formatter.write_str("Number"),
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
        let deep = format!("{}i64{}", "Vec<".repeat(100_000), ">".repeat(100_000));
        for text in ["", "Vec", "Vec<", "Vec<>", "BTreeMap<i64, String>", "Pod", "str", &deep] {
            assert!(Kind::read(text).is_err_and(|reason| reason.len() < 2000), "{text}");
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
