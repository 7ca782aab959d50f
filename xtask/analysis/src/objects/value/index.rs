//! Fields by key, and elements by position; what is not there is null.

use std::ops::{Index, IndexMut};

use super::{Key, Map, Value};

static NULL: Value = Value::Null;

/// What leads to a part of a value: a key or a position.
pub trait At {
    /// The part of a value.
    fn of<'a>(&self, value: &'a Value) -> Option<&'a Value>;
    /// The part of a value, to be changed.
    fn of_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value>;
    /// Makes a mapping of null, and a field of a key that is not there.
    fn make(&self, value: &mut Value);
}

impl At for str {
    fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        value.as_object()?.get(self)
    }

    fn of_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value> {
        value.as_object_mut()?.get_mut(self)
    }

    fn make(&self, value: &mut Value) {
        if value.is_null() {
            *value = Map::new().into();
        }
        if let Value::Object(fields) = value
            && !fields.contains_key(self)
        {
            fields.insert(self, Value::Null);
        }
    }
}

impl At for String {
    fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.as_str().of(value)
    }

    fn of_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value> {
        self.as_str().of_mut(value)
    }

    fn make(&self, value: &mut Value) {
        self.as_str().make(value);
    }
}

impl At for Key {
    fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.as_str().of(value)
    }

    fn of_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value> {
        self.as_str().of_mut(value)
    }

    fn make(&self, value: &mut Value) {
        self.as_str().make(value);
    }
}

impl At for usize {
    fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        value.as_array()?.get(*self)
    }

    fn of_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value> {
        value.as_array_mut()?.get_mut(*self)
    }

    fn make(&self, _: &mut Value) {}
}

impl<T: At + ?Sized> At for &T {
    fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        (**self).of(value)
    }

    fn of_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value> {
        (**self).of_mut(value)
    }

    fn make(&self, value: &mut Value) {
        (**self).make(value);
    }
}

impl<I: At> Index<I> for Value {
    type Output = Value;

    fn index(&self, index: I) -> &Value {
        index.of(self).unwrap_or(&NULL)
    }
}

/// As `serde_json` has it: a field that is not there is made.
///
/// # Panics
/// If the value is of another type, or a list has no such element.
impl<I: At> IndexMut<I> for Value {
    fn index_mut(&mut self, index: I) -> &mut Value {
        index.make(self);
        index.of_mut(self).expect("a mapping, or an element that is there")
    }
}
