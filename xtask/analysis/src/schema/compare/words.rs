//! Places and values in words.

use super::Comparison;
use crate::objects::{FieldPath, Value};

/// More values than these are not listed.
const MOST_VALUES: usize = 24;

/// More letters than these are not shown.
const MOST_LETTERS: usize = 60;

impl Comparison<'_, '_, '_> {
    /// The path of a value; the kind where it is the whole object.
    pub(super) fn path(&self, value: &Value) -> String {
        match FieldPath::of(&self.object.json, value) {
            Some(path) if !path.0.is_empty() => path.to_string(),
            _ => format!("{} of {}", self.object.identity.kind, self.object.api_version),
        }
    }

    /// A value in words, without what might be a secret.
    pub(super) fn shown(&self, value: &Value) -> String {
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

/// The fields that there are, where somebody can take them in.
pub(super) fn all<'a>(known: impl Iterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.collect();
    match known.len() {
        0 => Some("it has no fields: remove it".to_owned()),
        1..=12 => Some(format!("its fields are {}", known.join(", "))),
        _ => None,
    }
}

/// Values as a sentence lists them.
pub(super) fn listed(values: &[Value]) -> String {
    let shown = |value: &Value| match value {
        Value::String(text) if text.is_empty() => "an empty string".to_owned(),
        Value::String(text) => text.to_string(),
        value => value.to_string(),
    };
    let mut listed: Vec<String> = values.iter().take(MOST_VALUES).map(shown).collect();
    if values.len() > MOST_VALUES {
        listed.push("…".to_owned());
    }
    listed.join(", ")
}

/// `1 item`, `2 items`.
pub(super) fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The beginning of a text.
pub(super) fn shortened(text: &str) -> String {
    if text.chars().count() <= MOST_LETTERS {
        return text.to_owned();
    }
    text.chars().take(MOST_LETTERS).chain(['…']).collect()
}
