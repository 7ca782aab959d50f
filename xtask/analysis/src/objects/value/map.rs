//! The fields of a mapping, in the order of their keys.

use std::slice;
use std::vec;

use super::{Key, Value};

/// Fields, sorted by their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Map(Box<[(Key, Value)]>);

/// Fewer fields are found faster one after the other: most keys differ in their length already.
const FEW: usize = 16;

impl Map {
    /// No fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Fields in any order; of several with one key the last counts.
    pub(super) fn of(mut fields: Vec<(Key, Value)>) -> Self {
        if !fields.is_sorted_by(|(left, _), (right, _)| left < right) {
            // Of equal ones the last comes first, and stays.
            fields.reverse();
            fields.sort_by(|(left, _), (right, _)| left.cmp(right));
            fields.dedup_by(|(left, _), (right, _)| left == right);
        }
        Self(fields.into_boxed_slice())
    }

    fn position(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(key))
    }

    fn find(&self, key: &str) -> Option<usize> {
        if self.0.len() <= FEW {
            self.0.iter().position(|(known, _)| **known == *key)
        } else {
            self.position(key).ok()
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.find(key).map(|position| &self.0[position].1)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.find(key).map(|position| &mut self.0[position].1)
    }

    /// Whether there is a field of this key.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// Sets the value of a key, and returns what it was; costs as much as there are fields.
    pub fn insert(&mut self, key: &str, value: Value) -> Option<Value> {
        match self.position(key) {
            Ok(position) => Some(std::mem::replace(&mut self.0[position].1, value)),
            Err(position) => {
                let mut fields = std::mem::take(&mut self.0).into_vec();
                fields.insert(position, (key.into(), value));
                self.0 = fields.into_boxed_slice();
                None
            }
        }
    }

    /// Keeps the fields that are to stay.
    pub fn retain(&mut self, mut stays: impl FnMut(&Key, &Value) -> bool) {
        let mut fields = std::mem::take(&mut self.0).into_vec();
        fields.retain(|(key, value)| stays(key, value));
        self.0 = fields.into_boxed_slice();
    }

    /// Number of fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fields, in the order of their keys.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.0.iter())
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Key> {
        self.iter().map(|(key, _)| key)
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }

    /// The values, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.0.iter_mut().map(|(_, value)| value)
    }
}

/// Fields of a [`Map`].
#[derive(Clone, Debug)]
pub struct Iter<'a>(slice::Iter<'a, (Key, Value)>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a Key, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (key, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(key, value)| (key, value))
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a Key, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl IntoIterator for Map {
    type Item = (Key, Value);
    type IntoIter = vec::IntoIter<(Key, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_vec().into_iter()
    }
}

impl<K: Into<Key>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(fields: I) -> Self {
        Self::of(fields.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}
