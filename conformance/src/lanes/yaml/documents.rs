//! Documents out of hard strings: every string as a key and as a value.

use harness::Failure;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::{SBoxedStrategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};

use super::strings::{CLASSES, text};

/// The longest key that YAML has as a plain `key: value`.
const LONGEST_SIMPLE_KEY: usize = 1024;

/// How many smaller cases are tried: seconds, not minutes.
const MOST_TRIES: usize = 10_000;

/// Documents for one start value: the same ones each time.
pub struct Documents {
    seed: u64,
    strings: usize,
    strategy: SBoxedStrategy<Document>,
    /// What was made so far.
    pub made: Made,
}

/// A tree, and the strings in it.
#[derive(Clone, Debug)]
pub struct Document {
    /// Each with the place of its class.
    pub strings: Vec<(usize, String)>,
    /// Mappings and sequences, with each string as a key and as a value.
    pub tree: Value,
}

/// How much was made.
#[derive(Default)]
pub struct Made {
    /// Documents.
    pub documents: usize,
    /// Strings; each is a key and a value.
    pub strings: usize,
    /// Strings of each class.
    pub classes: [usize; CLASSES.len()],
    /// Strings of more than 1024 characters.
    pub long_keys: usize,
}

impl Documents {
    /// Documents of at least this many strings together.
    pub fn new(seed: u64, strings: usize) -> Self {
        let strategy = (vec(text(), 1..=40), vec(neighbour(), 0..4))
            .prop_perturb(|(strings, neighbours), mut random| {
                let tree = tree(&mut random, &strings, neighbours);
                Document { strings, tree }
            })
            .sboxed();
        Self { seed, strings, strategy, made: Made::default() }
    }

    /// A document on its way from what was made to the smallest: each number has its own.
    fn shrinkable(
        &self,
        number: usize,
    ) -> Result<impl ValueTree<Value = Document> + use<>, Failure> {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_le_bytes());
        seed[8..16].copy_from_slice(&(number as u64).to_le_bytes());
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let mut runner = TestRunner::new_with_rng(Config::default(), random);
        self.strategy.new_tree(&mut runner).map_err(|reason| {
            Failure::new(format!(
                "no document can be made: {reason}; correct conformance/src/lanes/yaml/documents.rs"
            ))
        })
    }

    /// What is left of a document that fails when everything is left out that does not matter.
    pub fn smallest(
        &self,
        number: usize,
        mut fails: impl FnMut(&Value) -> Result<bool, Failure>,
    ) -> Result<Document, Failure> {
        let mut shrinking = self.shrinkable(number)?;
        let mut smallest = shrinking.current();
        let mut is_other = shrinking.simplify();
        for _ in 0..MOST_TRIES {
            if !is_other {
                break;
            }
            let document = shrinking.current();
            is_other = if fails(&document.tree)? {
                smallest = document;
                shrinking.simplify()
            } else {
                shrinking.complicate()
            };
        }
        Ok(smallest)
    }
}

impl Iterator for Documents {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        if self.made.strings >= self.strings {
            return None;
        }
        let Document { strings, tree } = self.shrinkable(self.made.documents).ok()?.current();
        self.made.documents += 1;
        self.made.strings += strings.len();
        for (class, string) in strings {
            self.made.classes[class] += 1;
            let is_long =
                string.len() > LONGEST_SIMPLE_KEY && string.chars().count() > LONGEST_SIMPLE_KEY;
            self.made.long_keys += usize::from(is_long);
        }
        Some(tree)
    }
}

/// A tree of mappings and sequences, with each string as a key and as a value.
fn tree(random: &mut TestRng, strings: &[(usize, String)], neighbours: Vec<Value>) -> Value {
    let mut below = |most: usize| random.next_u32() as usize % most;
    let mut keys: Vec<String> = strings.iter().map(|(_, key)| key.clone()).collect();
    let mut values = neighbours;
    values.extend(keys.iter().cloned().map(Value::String));
    // From the leaves up: some values become one, until one is left.
    while values.len() > 1 || !keys.is_empty() {
        if values.len() == 1 {
            // A chain of mappings would be deep.
            values.extend(keys.iter().map(|_| Value::Null));
        }
        let count = (2 + below(5)).min(values.len());
        let children: Vec<Value> =
            (0..count).map(|_| values.swap_remove(below(values.len()))).collect();
        let parent = if keys.is_empty() || below(4) == 0 {
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
        values.push(parent);
    }
    values.swap_remove(0)
}

/// What stands beside strings in a manifest.
fn neighbour() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u16>().prop_map(Value::from),
        // A float with a fraction: readers may make an integer of any other.
        any::<i16>().prop_map(|number| json!(f64::from(number) + 0.5)),
        Just(json!({})),
        Just(json!([])),
    ]
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
        let documents = Documents::new(1, 0);
        for number in 0..200 {
            let Document { strings, tree } = documents.shrinkable(number).unwrap().current();
            let mut strings: Vec<String> = strings.into_iter().map(|(_, text)| text).collect();
            let (mut keys, mut values) = (Vec::new(), Vec::new());
            count(&tree, &mut keys, &mut values);
            for list in [&mut strings, &mut keys, &mut values] {
                list.sort_unstable();
            }
            assert_eq!(keys, strings, "number {number}");
            assert_eq!(values, strings, "number {number}");
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
        for (class, made) in CLASSES.iter().zip(documents.made.classes) {
            assert!(made >= 100, "{made} {}", class.name);
        }
        assert!(documents.made.long_keys > 0);
    }

    #[test]
    fn nothing_is_left_but_what_fails() {
        let mut documents = Documents::new(1, 10_000);
        let fails = |tree: &Value| tree.to_string().contains(r"\t");
        let number = documents.position(|tree| fails(&tree)).unwrap();
        let smallest = documents.smallest(number, |tree| Ok(fails(tree))).unwrap();
        assert_eq!(smallest.strings.len(), 1, "{smallest:?}");
        assert!(smallest.strings[0].1.chars().count() <= 3, "{smallest:?}");
    }

    #[test]
    fn a_failure_to_ask_ends_it() {
        let documents = Documents::new(1, 1);
        assert!(documents.smallest(0, |_| Err(Failure::new("ended"))).is_err());
    }
}
