//! Changes of objects: each one a mistake that somebody could make.

use std::collections::HashSet;

use analysis::objects::{FieldPath, Step};
use serde_json::{Map, Value, json};

/// An object with one change.
pub struct Mutant {
    /// All of it.
    pub json: Value,
    /// Group and kind of the object; where the change is in the template of a pod, `PodTemplate`.
    pub kind: String,
    /// The path of the changed field without the positions in lists and the keys of mappings that have no schema.
    pub path: String,
    /// What was done.
    pub change: String,
}

/// Makes mutants, each kind of change at each path once.
#[derive(Default)]
pub struct Changes {
    seen: HashSet<(String, String, String)>,
}

/// What mappings are called whose keys are free.
const FREE: &[&str] = &[
    "allocatable",
    "annotations",
    "binaryData",
    "capacity",
    "data",
    "default",
    "defaultRequest",
    "hard",
    "labels",
    "limits",
    "matchLabels",
    "max",
    "maxLimitRequestRatio",
    "min",
    "nodeSelector",
    "overhead",
    "parameters",
    "requests",
    "stringData",
    "volumeAttributes",
];

/// Values that a text gets in place of its own.
const TEXTS: &[(&str, &str)] = &[
    ("empty", ""),
    ("capitals", "UPPER"),
    ("blank", "a b"),
    ("begins with a dash", "-a"),
    ("underscore", "a_b"),
    ("dots", "a..b"),
    ("with dot", "a.b"),
    ("slash", "a/b"),
    ("absolute", "/a"),
    ("upwards", "../a"),
    ("star", "*"),
    ("umlaut", "ä"),
    ("zero", "0"),
    ("negative", "-1"),
    ("fraction", "0.5"),
    ("milli", "5m"),
    ("percent", "120%"),
    ("plain", "plain"),
    ("another", "Unknown"),
    ("exact", "1Gi"),
    ("colon", "a:b"),
    ("equals", "a=b"),
];

/// Values that a number gets in place of its own.
const NUMBERS: &[i64] = &[-1, 0, 1, 2, 80, 65_535, 65_536, 1_000_000, 2_147_483_648];

impl Changes {
    /// Every mutant of an object that no earlier object had.
    pub fn of(&mut self, object: &Value) -> Vec<Mutant> {
        let version = object["apiVersion"].as_str().unwrap_or_default();
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let name = object["kind"].as_str().unwrap_or_default();
        let kind = if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") };
        let mut mutants = Vec::new();
        let mut steps = Vec::new();
        self.walk(object, object, &kind, &mut steps, &mut mutants);
        mutants
    }

    /// The kind and the path under which a change counts, unless there was such a one before.
    pub fn first(&mut self, kind: &str, steps: &[Step], change: &str) -> Option<(String, String)> {
        let (kind, path) = place(kind, steps);
        let is_new = self.seen.insert((kind.clone(), path.clone(), change.to_owned()));
        is_new.then_some((kind, path))
    }

    fn walk(
        &mut self,
        root: &Value,
        at: &Value,
        kind: &str,
        steps: &mut Vec<Step>,
        mutants: &mut Vec<Mutant>,
    ) {
        if !is_identity(steps) {
            for (change, new) in changes(at, steps) {
                if let Some((kind, path)) = self.first(kind, steps, &change) {
                    let mut json = root.clone();
                    if replace(&mut json, steps, new) {
                        mutants.push(Mutant { json, kind, path, change });
                    }
                }
            }
        }
        match at {
            Value::Array(items) => {
                for (position, item) in items.iter().enumerate() {
                    steps.push(Step::Index(position));
                    self.walk(root, item, kind, steps, mutants);
                    steps.pop();
                }
            }
            Value::Object(fields) => {
                for (key, value) in fields {
                    steps.push(Step::Key(key.clone()));
                    self.walk(root, value, kind, steps, mutants);
                    steps.pop();
                }
            }
            _ => {}
        }
    }
}

/// Without these an object is none, or another one.
fn is_identity(steps: &[Step]) -> bool {
    let is = |names: &[&str]| {
        steps.len() == names.len()
            && steps
                .iter()
                .zip(names)
                .all(|(step, name)| matches!(step, Step::Key(key) if key == name))
    };
    is(&["apiVersion"]) || is(&["kind"]) || is(&[])
}

/// Kind and path under which a change counts as the same.
fn place(kind: &str, steps: &[Step]) -> (String, String) {
    let mut pattern = Vec::new();
    let mut was_free = false;
    for step in steps {
        match step {
            Step::Index(_) => pattern.push(Step::Key("#".to_owned())),
            Step::Key(_) if was_free => pattern.push(Step::Key("*".to_owned())),
            Step::Key(key) => pattern.push(Step::Key(key.clone())),
        }
        was_free = matches!(step, Step::Key(key) if FREE.contains(&key.as_str()));
    }
    let is_key = |step: &Step, name: &str| matches!(step, Step::Key(key) if key == name);
    let template = pattern.windows(2).position(|two| {
        is_key(&two[0], "template") && (is_key(&two[1], "spec") || is_key(&two[1], "metadata"))
    });
    // What counts for a template depends on the kind in this field alone.
    let depends = pattern.last().is_some_and(|last| is_key(last, "restartPolicy"));
    let group = kind.split_once('.').map(|(_, group)| group);
    let is_workload = ["apps", "batch"].map(Some).contains(&group);
    let kind = match template {
        Some(position) if is_workload && !depends && pattern.len() > position + 2 => {
            pattern.drain(..=position);
            "PodTemplate".to_owned()
        }
        _ => kind.to_owned(),
    };
    (kind, FieldPath(pattern).to_string())
}

/// Every change of a value: a name for it, and the new value; none where the field goes.
fn changes(value: &Value, steps: &[Step]) -> Vec<(String, Option<Value>)> {
    let mut all: Vec<(String, Option<Value>)> = vec![("removed".to_owned(), None)];
    let mut put = |change: &str, new: Value| {
        if new != *value {
            all.push((change.to_owned(), Some(new)));
        }
    };
    match value {
        Value::String(text) => {
            for (change, new) in TEXTS {
                put(change, json!(new));
            }
            put("very long", json!("a".repeat(300)));
            put("long", json!("a".repeat(64)));
            put("twice", json!(format!("{text}{text}")));
            put("other capitals", json!(swapped(text)));
            put("a number", json!(7));
            put("a list", json!([text]));
            put("an object", json!({"a": text}));
        }
        Value::Number(_) => {
            for new in NUMBERS {
                put(&format!("{new}"), json!(new));
            }
            put("a fraction", json!(1.5));
            put("a text", json!("x"));
            put("its text", json!(value.to_string()));
        }
        Value::Bool(is) => {
            put("the opposite", json!(!is));
            put("a text", json!("true"));
            put("a number", json!(1));
        }
        Value::Array(items) => {
            put("empty", json!([]));
            put("an object", json!({}));
            put("a text", json!("x"));
            let doubled = |item: &Value| [items.as_slice(), std::slice::from_ref(item)].concat();
            if let Some(first) = items.first() {
                put("first twice", json!(doubled(first)));
                if !first.is_object() {
                    put("a wrong element", json!(doubled(&json!({"a": 1}))));
                }
                put("an empty text", json!(doubled(&json!(""))));
                put("an empty object", json!(doubled(&json!({}))));
            }
        }
        Value::Object(fields) => {
            put("empty", json!({}));
            put("a list", json!([]));
            put("a text", json!("x"));
            let with = |key: &str, value: Value| {
                let mut fields = fields.clone();
                fields.insert(key.to_owned(), value);
                Value::Object(fields)
            };
            let is_free =
                matches!(steps.last(), Some(Step::Key(key)) if FREE.contains(&key.as_str()));
            put("an unknown field", with("unknownField", json!("1")));
            if is_free {
                for key in ["", "a b", "-a", "a/b/c", "A.b/c", "example.com/a", "../a", "a.b"] {
                    put(&format!("the key {key:?}"), with(key, json!("1")));
                }
                put("a very long key", with(&"a".repeat(300), json!("1")));
                put("a long key", with(&"a".repeat(64), json!("1")));
            } else {
                for key in fields
                    .keys()
                    .filter(|key| !is_identity(&[steps, &[Step::Key((*key).clone())]].concat()))
                {
                    put(&format!("{key} renamed"), renamed(fields, key));
                }
                if fields.contains_key("name") && steps.len() == 1 {
                    put("generateName", with("generateName", json!("Bad Name-")));
                    put("finalizers", with("finalizers", json!(["no prefix"])));
                    put("one finalizer", with("finalizers", json!(["plain"])));
                    put(
                        "owner without uid",
                        with(
                            "ownerReferences",
                            json!([{"apiVersion": "v1", "kind": "Pod", "name": "a", "uid": ""}]),
                        ),
                    );
                    put("bad label", with("labels", json!({"a": "b c"})));
                    put("bad annotation", with("annotations", json!({"a b": "c"})));
                }
            }
        }
        Value::Null => {}
    }
    all
}

fn swapped(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        let first: String = if first.is_uppercase() {
            first.to_lowercase().collect()
        } else {
            first.to_uppercase().collect()
        };
        first + letters.as_str()
    })
}

fn renamed(fields: &Map<String, Value>, key: &str) -> Value {
    let mut fields = fields.clone();
    if let Some(value) = fields.remove(key) {
        fields.insert(format!("{key}s"), value);
    }
    Value::Object(fields)
}

/// Puts a value at a place, or removes it; whether the place is there.
fn replace(root: &mut Value, steps: &[Step], new: Option<Value>) -> bool {
    let Some((last, above)) = steps.split_last() else { return false };
    let mut place = root;
    for step in above {
        let next = match step {
            Step::Key(key) => place.get_mut(key),
            Step::Index(position) => place.get_mut(position),
        };
        let Some(next) = next else { return false };
        place = next;
    }
    match (place, last, new) {
        (Value::Object(fields), Step::Key(key), Some(new)) => {
            fields.insert(key.clone(), new);
        }
        (Value::Object(fields), Step::Key(key), None) => {
            fields.remove(key);
        }
        (Value::Array(items), Step::Index(position), Some(new)) if *position < items.len() => {
            items[*position] = new;
        }
        (Value::Array(items), Step::Index(position), None) if *position < items.len() => {
            items.remove(*position);
        }
        _ => return false,
    }
    true
}
