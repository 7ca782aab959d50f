//! Lists: their items, and whether two of them are the same one.

use std::collections::HashMap;

use super::{Comparison, Mistake, is_of_type};
use crate::objects::Value;
use crate::schema::{Schema, Uniqueness, resolved};

/// Lists of built-in kinds whose duplicates have rules of their own.
const OF_OTHER_RULES: [&[&str]; 3] =
    [&["containerPort", "protocol"], &["port", "protocol"], &["mountPath"]];

impl<'a, 's> Comparison<'a, 's, '_> {
    pub(super) fn list(&mut self, schema: &'s Schema, value: &'a Value, items: &'a [Value]) {
        if let Some(of_item) = schema.items.as_deref() {
            for item in items {
                // An item cannot be absent; Go makes an empty one of null.
                if item.is_null() && self.is_custom && !resolved(of_item).nullable {
                    if !is_of_type(resolved(of_item), item) {
                        self.wrong_type(resolved(of_item), item);
                    }
                    continue;
                }
                self.value(of_item, item);
            }
        }
        if self.in_status {
            return;
        }
        if let Some(bounds) = &schema.bounds {
            self.count(value, bounds.items, items.len(), "item");
        }
        match &schema.uniqueness {
            Uniqueness::None => {}
            Uniqueness::Items => self.unique(items, |item| Some(item.to_string())),
            Uniqueness::Keys(keys) => {
                let keys_of_other_rules = |known: &&[&str]| **known == *keys;
                if !self.is_custom && OF_OTHER_RULES.iter().any(keys_of_other_rules) {
                    return;
                }
                let of_item = schema.items.as_deref().map(resolved);
                self.unique(items, |item| key(item, keys, of_item));
            }
        }
    }

    /// Tells of items that have the same key.
    fn unique(&mut self, items: &'a [Value], key: impl Fn(&Value) -> Option<String>) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (position, item) in items.iter().enumerate() {
            let Some(key) = key(item) else { continue };
            let Some(first) = seen.get(&key) else {
                seen.insert(key, position);
                continue;
            };
            let message =
                format!("{} is the same as item {first} of the list: {key}", self.path(item));
            let mistake =
                if self.is_custom { Mistake::DuplicateListKey } else { Mistake::DuplicateMergeKey };
            self.add(mistake, item, message, None);
        }
    }
}

/// `name=http, protocol=TCP`; nothing where a key is not written and has no default, or is no scalar.
fn key(item: &Value, keys: &[String], schema: Option<&Schema>) -> Option<String> {
    let of_key = |key: &String| {
        let written = Some(&item[key.as_str()]).filter(|value| !value.is_null());
        let default = || schema?.properties.get(key)?.default.as_ref();
        match written.or_else(default)? {
            Value::String(text) => Some(format!("{key} {text}")),
            value if value.is_array() || value.is_object() => None,
            value => Some(format!("{key} {value}")),
        }
    };
    let keys: Option<Vec<String>> = keys.iter().map(of_key).collect();
    keys.map(|keys| keys.join(", "))
}
