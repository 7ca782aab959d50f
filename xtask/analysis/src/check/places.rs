//! Where values stand in an object of which much is said: each search would read all of it again.

use std::collections::{HashMap, VecDeque};

use crate::objects::yaml::Lines;
use crate::objects::{FieldPath, Line, Object, Origin, Step, Value};

/// An object of which less is said is searched each time, which is less work than an index of all its values.
const FEW: usize = 8;

/// Of how many objects indexes are kept: the sides of a relation, and one more.
const KEPT: usize = 3;

/// Finds the paths and lines of values, faster where an object is asked about again and again.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The objects that were asked about last.
    known: VecDeque<Known>,
}

#[derive(Debug)]
struct Known {
    /// Address of the object's value: objects stay where they are while rules run.
    root: *const Value,
    asked: usize,
    paths: HashMap<*const Value, (*const Value, Step)>,
    lines: Option<Lines>,
}

impl Places {
    /// The path of a value of an object, like [`FieldPath::of`].
    pub(super) fn path(&mut self, object: &Object, value: &Value) -> Option<FieldPath> {
        let known = self.of(object);
        known.asked += 1;
        if known.asked <= FEW {
            return FieldPath::of(&object.json, value);
        }
        if known.paths.is_empty() {
            index(&object.json, &mut known.paths);
        }
        let mut steps = Vec::new();
        let mut at: *const Value = value;
        while let Some((parent, step)) = known.paths.get(&at) {
            steps.push(step.clone());
            at = *parent;
        }
        steps.reverse();
        // Whatever the addresses say: this is the value, or there is none.
        let mut found = &object.json;
        for step in &steps {
            found = match step {
                Step::Key(key) => found.get(key)?,
                Step::Index(index) => found.get(index)?,
            };
        }
        std::ptr::eq(found, value).then_some(FieldPath(steps))
    }

    /// The line of a field, like [`Object::line`].
    pub(crate) fn line(&mut self, object: &Object, path: &FieldPath) -> Option<Line> {
        let Origin::Yaml { file, text, extent, .. } = &object.origin else {
            return object.line(path);
        };
        if path.0.is_empty() {
            return object.line(path);
        }
        let known = self.of(object);
        let lines = known.lines.get_or_insert_with(|| Lines::of(text, extent));
        Some(Line { file: file.clone(), line: lines.line(path) })
    }

    fn of(&mut self, object: &Object) -> &mut Known {
        let root: *const Value = &raw const object.json;
        let known = match self.known.iter().position(|known| known.root == root) {
            Some(position) => self.known.remove(position),
            None => None,
        };
        self.known.truncate(KEPT - 1);
        self.known.push_front(known.unwrap_or_else(|| Known {
            root,
            asked: 0,
            paths: HashMap::new(),
            lines: None,
        }));
        &mut self.known[0]
    }
}

/// Every value below one, with its parent and its position there.
fn index(root: &Value, paths: &mut HashMap<*const Value, (*const Value, Step)>) {
    let mut open = vec![root];
    while let Some(parent) = open.pop() {
        let mut keep = |step, value| {
            paths.insert(std::ptr::from_ref(value), (std::ptr::from_ref(parent), step));
            open.push(value);
        };
        match parent {
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(at, item)| keep(Step::Index(at), item));
            }
            Value::Object(fields) => {
                fields.iter().for_each(|(key, field)| keep(Step::Key(key.to_string()), field));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::json;

    #[test]
    fn paths_are_the_same_however_often_somebody_asks() {
        let json = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"},
            "data": {"a": [1, {"b": 1}, {"b": 1}]},
        });
        let object =
            Object::of(json, Origin::Made { by: "a test".into() }, None).expect("an object");
        let value = &object.json["data"]["a"][2]["b"];
        let elsewhere = json!(1);
        let mut places = Places::default();
        for _ in 0..3 * FEW {
            let path = places.path(&object, value).map(|path| path.to_string());
            assert_eq!(path.as_deref(), Some("data.a[2].b"));
            assert_eq!(places.path(&object, &elsewhere), None);
            assert_eq!(places.path(&object, &object.json), Some(FieldPath::default()));
        }
    }
}
