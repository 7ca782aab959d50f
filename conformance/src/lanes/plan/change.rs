//! Changes of one object: those of the lane `mutants`, other spellings of the same, other orders, and what the API server would have
//! written itself.

use analysis::objects::Step;
use serde_json::{Value, json};

use crate::lanes::mutants::{Changes, Mutant};

/// A change of an object.
pub struct Changed {
    /// The path of what changes.
    pub path: String,
    /// What was done.
    pub change: String,
    /// All of the object.
    pub json: Value,
}

/// Every change of an object that no earlier object of its kind had.
pub fn all(changes: &mut Changes, written: &Value, stored: &Value) -> Vec<Changed> {
    let mutants = changes.of(written).into_iter();
    let mut all: Vec<Changed> = mutants
        .map(|Mutant { path, change, json, .. }| Changed { path, change, json })
        .filter(|changed| is_same(&changed.json, written))
        .collect();
    let mut found = Vec::new();
    spelled(written, written, &mut Vec::new(), &mut found);
    filled(written, written, stored, &mut Vec::new(), &mut found);
    all.extend(found.into_iter().filter_map(|(steps, change, json)| {
        let (_, path) = changes.first("", &steps, change)?;
        Some(Changed { path, change: change.to_owned(), json })
    }));
    all
}

/// Where something changes, what is done, and all of the object.
type Found = (Vec<Step>, &'static str, Value);

/// Whether it is the same object.
fn is_same(one: &Value, other: &Value) -> bool {
    let identity = |object: &Value| {
        let metadata = &object["metadata"];
        [
            &object["apiVersion"],
            &object["kind"],
            &metadata["name"],
            &metadata["namespace"],
            &metadata["generateName"],
        ]
        .map(Value::clone)
    };
    identity(one) == identity(other)
}

/// Other spellings and orders.
fn spelled(root: &Value, at: &Value, steps: &mut Vec<Step>, all: &mut Vec<Found>) {
    let mut put = |change: &'static str, new: Value| {
        let mut json = root.clone();
        if let Some(place) = place(&mut json, steps) {
            *place = new;
            all.push((steps.clone(), change, json));
        }
    };
    match at {
        Value::String(text) => {
            for (from, to) in [("Gi", 1024), ("Mi", 1024)] {
                let smaller = if from == "Gi" { "Mi" } else { "Ki" };
                if let Some(number) =
                    text.strip_suffix(from).and_then(|number| number.parse::<u64>().ok())
                {
                    put("in a smaller unit", json!(format!("{}{smaller}", number * to)));
                }
            }
            if let Ok(number) = text.parse::<u32>() {
                put("as a number", json!(number));
                put("in thousandths", json!(format!("{number}000m")));
            }
            if let Some(number) =
                text.strip_suffix('m').and_then(|number| number.parse::<u32>().ok())
            {
                put("in millionths", json!(format!("{number}000u")));
            }
        }
        Value::Number(number) => put("as a text", json!(number.to_string())),
        Value::Array(items) if items.len() > 1 => {
            put("in the other order", json!(items.iter().rev().collect::<Vec<_>>()));
        }
        _ => {}
    }
    each(at, steps, |value, steps| spelled(root, value, steps, all));
}

/// What is stored and was not written: each field written out, alone.
fn filled(
    root: &Value,
    written: &Value,
    stored: &Value,
    steps: &mut Vec<Step>,
    all: &mut Vec<Found>,
) {
    const SERVERS: &[&str] =
        &["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "status"];
    match (written, stored) {
        (Value::Object(own), Value::Object(fields)) => {
            for (key, value) in fields {
                steps.push(Step::Key(key.clone()));
                if let Some(own) = own.get(key) {
                    filled(root, own, value, steps, all);
                } else if !SERVERS.contains(&key.as_str()) {
                    let mut json = root.clone();
                    let above = &steps[..steps.len() - 1];
                    if let Some(Value::Object(place)) = place(&mut json, above) {
                        place.insert(key.clone(), value.clone());
                        all.push((steps.clone(), "written out", json));
                    }
                }
                steps.pop();
            }
        }
        (Value::Array(own), Value::Array(items)) if own.len() == items.len() => {
            for (position, (own, item)) in own.iter().zip(items).enumerate() {
                steps.push(Step::Index(position));
                filled(root, own, item, steps, all);
                steps.pop();
            }
        }
        _ => {}
    }
}

fn each(at: &Value, steps: &mut Vec<Step>, mut work: impl FnMut(&Value, &mut Vec<Step>)) {
    match at {
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                steps.push(Step::Index(position));
                work(item, steps);
                steps.pop();
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                steps.push(Step::Key(key.clone()));
                work(value, steps);
                steps.pop();
            }
        }
        _ => {}
    }
}

fn place<'a>(root: &'a mut Value, steps: &[Step]) -> Option<&'a mut Value> {
    steps.iter().try_fold(root, |at, step| match step {
        Step::Key(key) => at.get_mut(key),
        Step::Index(position) => at.get_mut(position),
    })
}
