//! Documents out of hard strings: every string as a key and as a value.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::strings::Class;

/// The longest key that YAML has as a plain `key: value`.
const LONGEST_SIMPLE_KEY: usize = 1024;

/// Documents without end for one start value: the same ones each time.
pub struct Documents {
    random: Rng,
    strings: usize,
    /// What was made so far.
    pub made: Made,
}

/// How much was made.
#[derive(Default)]
pub struct Made {
    /// Documents.
    pub documents: usize,
    /// Strings; each is a key and a value.
    pub strings: usize,
    /// Strings of each class.
    pub classes: BTreeMap<Class, usize>,
    /// Strings of more than 1024 characters.
    pub long_keys: usize,
}

impl Documents {
    /// Documents of at least this many strings together.
    pub fn new(seed: u64, strings: usize) -> Self {
        Self { random: Rng::with_seed(seed), strings, made: Made::default() }
    }

    fn string(&mut self) -> String {
        let class = Class::any(&mut self.random);
        let string = class.string(&mut self.random);
        *self.made.classes.entry(class).or_default() += 1;
        if string.len() > LONGEST_SIMPLE_KEY && string.chars().count() > LONGEST_SIMPLE_KEY {
            self.made.long_keys += 1;
        }
        self.made.strings += 1;
        string
    }
}

impl Iterator for Documents {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        if self.made.strings >= self.strings {
            return None;
        }
        let count = self.random.usize(1..=40);
        let strings: Vec<String> = (0..count).map(|_| self.string()).collect();
        self.made.documents += 1;
        Some(tree(&mut self.random, &strings))
    }
}

/// A tree of mappings and sequences, with each string as a key and as a value.
fn tree(random: &mut Rng, strings: &[String]) -> Value {
    let mut keys = strings.to_vec();
    let mut values: Vec<Value> = strings.iter().cloned().map(Value::String).collect();
    let neighbours = random.usize(..4);
    values.extend((0..neighbours).map(|_| neighbour(random)));
    random.shuffle(&mut keys);
    random.shuffle(&mut values);
    // From the leaves up: some values become one, until one is left.
    while values.len() > 1 || !keys.is_empty() {
        if values.len() == 1 {
            // A chain of mappings would be deep.
            values.extend(keys.iter().map(|_| Value::Null));
        }
        let count = random.usize(2..=6).min(values.len());
        let children = values.split_off(values.len() - count);
        let parent = if keys.is_empty() || random.u8(..4) == 0 {
            Value::Array(children)
        } else {
            let mut mapping = Map::new();
            for child in children {
                match keys.pop() {
                    Some(key) if !mapping.contains_key(&key) => {
                        mapping.insert(key, child);
                    }
                    Some(key) => {
                        keys.insert(0, key);
                        values.push(child);
                    }
                    None => values.push(child),
                }
            }
            Value::Object(mapping)
        };
        let at = random.usize(..=values.len());
        values.insert(at, parent);
    }
    values.swap_remove(0)
}

/// What stands beside strings in a manifest.
fn neighbour(random: &mut Rng) -> Value {
    match random.u8(..8) {
        0 => Value::Null,
        1 => json!(random.bool()),
        2 => json!(random.u64(..)),
        3 => json!(random.i64(..)),
        // A float with a fraction: readers may make an integer of any other.
        4 => json!(f64::from(random.i16(..)) + 0.5),
        5 => json!({}),
        6 => json!([]),
        _ => json!(random.u16(..)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(value: &Value, keys: &mut Vec<String>, values: &mut Vec<String>) {
        match value {
            Value::String(text) => values.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| count(item, keys, values)),
            Value::Object(mapping) => {
                for (key, value) in mapping {
                    keys.push(key.clone());
                    count(value, keys, values);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn every_string_is_a_key_and_a_value() {
        for seed in 0..200 {
            let mut random = Rng::with_seed(seed);
            let mut strings: Vec<String> = (0..random.usize(1..=40))
                .map(|_| Class::any(&mut random).string(&mut random))
                .collect();
            let (mut keys, mut values) = (Vec::new(), Vec::new());
            count(&tree(&mut random, &strings), &mut keys, &mut values);
            for list in [&mut strings, &mut keys, &mut values] {
                list.sort_unstable();
            }
            assert_eq!(keys, strings, "start value {seed}");
            assert_eq!(values, strings, "start value {seed}");
        }
    }

    #[test]
    fn the_same_start_value_gives_the_same_documents() {
        let documents = |seed| Documents::new(seed, 1_000).collect::<Vec<_>>();
        assert_eq!(documents(7), documents(7));
        assert_ne!(documents(7), documents(8));
    }

    #[test]
    fn a_hundredth_of_a_run_has_a_hundredth_of_every_class() {
        let mut documents = Documents::new(1, 10_000);
        documents.by_ref().for_each(drop);
        assert!(documents.made.strings >= 10_000);
        for (class, _) in Class::SHARES {
            let made = documents.made.classes[&class];
            assert!(made >= 100, "{made} {}", class.name());
        }
        assert!(documents.made.long_keys > 0);
    }
}
