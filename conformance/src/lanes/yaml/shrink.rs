//! The smallest case that still fails.

use serde_json::Value;

use crate::failure::Failure;

/// How many smaller cases are tried: seconds, not minutes.
const MOST_TRIES: usize = 10_000;

/// Makes a failing case smaller for as long as it fails: first the tree, then its strings.
pub fn shrink(
    case: Value,
    fails: impl FnMut(&Value) -> Result<bool, Failure>,
) -> Result<Value, Failure> {
    let mut shrinking = Shrinking { case, fails, tries: 0 };
    while shrinking.leave_something_out()? {}
    let mut texts = Vec::new();
    collect_texts(&shrinking.case, &mut texts);
    // A string that is there twice is reduced at both places.
    texts.sort_unstable();
    texts.dedup();
    for text in texts {
        let shorter = shrinking.reduce(text, |_| None)?;
        shrinking.reduce(shorter, |_| Some('a'))?;
    }
    Ok(shrinking.case)
}

/// A case on its way down.
struct Shrinking<Fails> {
    case: Value,
    fails: Fails,
    tries: usize,
}

impl<Fails: FnMut(&Value) -> Result<bool, Failure>> Shrinking<Fails> {
    /// Takes a smaller case instead of the present one if it fails too.
    fn takes(&mut self, candidate: Value) -> Result<bool, Failure> {
        if self.tries == MOST_TRIES {
            return Ok(false);
        }
        self.tries += 1;
        let fails = (self.fails)(&candidate)?;
        if fails {
            self.case = candidate;
        }
        Ok(fails)
    }

    fn leave_something_out(&mut self) -> Result<bool, Failure> {
        for candidate in smaller_trees(&self.case) {
            if self.takes(candidate)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Leaves out parts of a string, or replaces their characters: halves, quarters, at last single ones.
    fn reduce(
        &mut self,
        mut text: String,
        replace: fn(char) -> Option<char>,
    ) -> Result<String, Failure> {
        let mut size = text.chars().count();
        while size > 0 {
            let mut changed = false;
            let mut start = 0;
            while let Some((before, part, after)) = split(&text, start, size) {
                let replaced: String = part.chars().filter_map(replace).collect();
                let candidate = format!("{before}{replaced}{after}");
                if candidate != text && self.takes(renamed(&self.case, &text, &candidate))? {
                    text = candidate;
                    start += replaced.chars().count();
                    changed = true;
                } else {
                    start += size;
                }
            }
            size = match size {
                // What comes later may have kept what comes first.
                1 if changed => 1,
                1 => 0,
                _ => size.div_ceil(2),
            };
        }
        Ok(text)
    }
}

/// What is before, in and after the part of `size` characters at `start`; nothing where the text has ended.
fn split(text: &str, start: usize, size: usize) -> Option<(&str, &str, &str)> {
    let (start, _) = text.char_indices().nth(start)?;
    let (before, rest) = text.split_at(start);
    let end = rest.char_indices().nth(size).map_or(rest.len(), |(end, _)| end);
    let (part, after) = rest.split_at(end);
    Some((before, part, after))
}

/// Every string of the tree, keys and values.
fn collect_texts(tree: &Value, texts: &mut Vec<String>) {
    match tree {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(mapping) => {
            for (key, value) in mapping {
                texts.push(key.clone());
                collect_texts(value, texts);
            }
        }
        _ => {}
    }
}

/// The tree with another string wherever this one is.
fn renamed(tree: &Value, from: &str, to: &str) -> Value {
    let other = |text: &str| if text == from { to } else { text }.to_owned();
    match tree {
        Value::String(text) => Value::String(other(text)),
        Value::Array(items) => items.iter().map(|item| renamed(item, from, to)).collect(),
        Value::Object(mapping) => {
            mapping.iter().map(|(key, value)| (other(key), renamed(value, from, to))).collect()
        }
        scalar => scalar.clone(),
    }
}

/// The tree with something left out, the largest parts first.
fn smaller_trees(tree: &Value) -> Vec<Value> {
    let mut smaller = Vec::new();
    match tree {
        Value::Array(items) => {
            smaller.extend_from_slice(items);
            smaller.extend(without_parts(items).map(Value::Array));
        }
        Value::Object(mapping) => {
            smaller.extend(mapping.values().cloned());
            let entries: Vec<_> = mapping.clone().into_iter().collect();
            smaller.extend(
                without_parts(&entries).map(|entries| Value::Object(entries.into_iter().collect())),
            );
        }
        Value::Null => return smaller,
        _ => smaller.push(Value::Null),
    }
    smaller.extend(with_smaller_child(tree));
    smaller
}

/// The tree with something left out of one child.
fn with_smaller_child(tree: &Value) -> Vec<Value> {
    let mut trees = Vec::new();
    let mut replace = |child: &Value, put: &dyn Fn(&mut Value, Value)| {
        for smaller in smaller_trees(child) {
            let mut tree = tree.clone();
            put(&mut tree, smaller);
            trees.push(tree);
        }
    };
    match tree {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                replace(item, &|tree, item| tree[index] = item);
            }
        }
        Value::Object(mapping) => {
            for (key, value) in mapping {
                replace(value, &|tree, value| tree[key.as_str()] = value);
            }
        }
        _ => {}
    }
    trees
}

/// The list without one of its parts.
fn without_parts<T: Clone>(list: &[T]) -> impl Iterator<Item = Vec<T>> {
    parts(list.len()).map(|(start, end)| [&list[..start], &list[end..]].concat())
}

/// Halves, quarters and so on to single elements, as start and end.
fn parts(length: usize) -> impl Iterator<Item = (usize, usize)> {
    let sizes = std::iter::successors(Some(length.div_ceil(2)), |size| {
        (*size > 1).then(|| size.div_ceil(2))
    });
    sizes.filter(|size| *size > 0).flat_map(move |size| {
        (0..length).step_by(size).map(move |start| (start, (start + size).min(length)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn any(value: &Value, fails: fn(&str) -> bool) -> bool {
        match value {
            Value::String(text) => fails(text),
            Value::Array(items) => items.iter().any(|item| any(item, fails)),
            Value::Object(mapping) => {
                mapping.iter().any(|(key, value)| fails(key) || any(value, fails))
            }
            _ => false,
        }
    }

    fn has_key(value: &Value) -> bool {
        match value {
            Value::Array(items) => items.iter().any(has_key),
            Value::Object(mapping) => {
                mapping.iter().any(|(key, value)| key.contains(": ") || has_key(value))
            }
            _ => false,
        }
    }

    #[test]
    fn finds_the_smallest_value() {
        let case = json!({
            "a": [1, {"b": "some text\nwith a tab\t and more\n"}, "x"],
            "c": {"d": [["e"], "f"]},
        });
        let smallest = shrink(case, |case| Ok(any(case, |text| text.contains('\t'))));
        assert_eq!(smallest.unwrap(), json!("\t"));
    }

    #[test]
    fn finds_the_smallest_key() {
        let case = json!([{"a": {"no: such key": {"deep": [1, 2, 3]}}, "b": "c: d"}]);
        let smallest = shrink(case, |case| Ok(has_key(case)));
        assert_eq!(smallest.unwrap(), json!({": ": null}));
    }

    #[test]
    fn finds_the_shortest_of_a_long_string() {
        let case = json!(["é".repeat(4_000), "b"]);
        let smallest = shrink(case, |case| Ok(any(case, |text| text.chars().count() > 1_024)));
        assert_eq!(smallest.unwrap(), json!("a".repeat(1_025)));
    }

    #[test]
    fn a_failure_to_ask_ends_it() {
        assert!(shrink(json!(["a"]), |_| Err(Failure::new("ended"))).is_err());
    }
}
