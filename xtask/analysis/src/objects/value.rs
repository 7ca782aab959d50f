//! The contents of an object, in little memory: 60,000 objects are held at once.
//!
//! Reads as `serde_json::Value` does. That one has a tree's node of some 600 bytes for a mapping of one field, and a text of its own for each key; here
//! a mapping is one piece of memory, sorted by its keys, which all objects share.

mod check;
mod convert;
mod deserialize;
mod deserializer;
mod index;
mod key;
mod map;
mod serialize;
mod serializer;

use std::fmt;

use serde::Serialize;
use serde_json::Number;

pub use key::Key;
pub use map::Map;

/// A value of JSON.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(Box<str>),
    /// A list.
    Array(Box<[Value]>),
    /// A mapping.
    Object(Map),
}

/// Makes a [`Value`](crate::objects::Value) of what is written as JSON, as `serde_json::json!` does.
#[doc(hidden)]
#[macro_export]
macro_rules! json_value {
    ($($json:tt)+) => {
        $crate::objects::Value::from(::serde_json::json!($($json)+))
    };
}

pub use json_value as json;

impl Value {
    /// The contents of anything that can be written as JSON.
    ///
    /// # Errors
    /// If it holds what JSON cannot carry, such as a key that is no text.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        value.serialize(serializer::Serializer)
    }

    /// A field of a mapping, or an element of a list.
    #[must_use]
    pub fn get<I: index::At>(&self, index: I) -> Option<&Self> {
        index.of(self)
    }

    /// A field of a mapping, or an element of a list, to be changed.
    pub fn get_mut<I: index::At>(&mut self, index: I) -> Option<&mut Self> {
        index.of_mut(self)
    }

    /// Leaves null in its place.
    #[must_use]
    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// Its text, where it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// Whether it is true, where it is a boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(is) = self { Some(*is) } else { None }
    }

    /// Its number, where it is a whole one from 0.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number()?.as_u64()
    }

    /// Its number, where it is a whole one.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    /// Its number, as near as a float comes to it.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number()?.as_f64()
    }

    /// Its number, where it is one.
    #[must_use]
    pub fn as_number(&self) -> Option<&Number> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    /// Its elements, where it is a list.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// Its fields, where it is a mapping.
    #[must_use]
    pub fn as_object(&self) -> Option<&Map> {
        if let Self::Object(fields) = self { Some(fields) } else { None }
    }

    /// Its elements, to be changed.
    pub fn as_array_mut(&mut self) -> Option<&mut [Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// Its fields, to be changed.
    pub fn as_object_mut(&mut self) -> Option<&mut Map> {
        if let Self::Object(fields) = self { Some(fields) } else { None }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is a boolean.
    #[must_use]
    pub fn is_boolean(&self) -> bool {
        matches!(self, Self::Bool(_))
    }

    /// Whether it is a number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    /// Whether it is a whole number from 0.
    #[must_use]
    pub fn is_u64(&self) -> bool {
        self.as_u64().is_some()
    }

    /// Whether it is a whole number.
    #[must_use]
    pub fn is_i64(&self) -> bool {
        self.as_i64().is_some()
    }

    /// Whether it is a text.
    #[must_use]
    pub fn is_string(&self) -> bool {
        matches!(self, Self::String(_))
    }

    /// Whether it is a list.
    #[must_use]
    pub fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    /// Whether it is a mapping.
    #[must_use]
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }
}

/// As JSON; with `{:#}` on lines of its own.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pretty = formatter.alternate();
        let json =
            if pretty { serde_json::to_string_pretty(self) } else { serde_json::to_string(self) };
        formatter.write_str(&json.map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests;
