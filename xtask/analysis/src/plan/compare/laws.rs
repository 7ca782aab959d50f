//! What differs is all that differs: applied to the old object it gives the new one.

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

use super::{Difference, Schemas, differences};
use crate::environment::Environment;
use crate::objects::{Line, Object, Objects, Origin, Step, read};

static RENDERED: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../snapshots/prd");
    let objects = read(&folder).expect("the snapshots").objects;
    objects.into_iter().map(|object| Value::from(&object.json)).collect()
});

/// Nothing is known of custom kinds.
static NOBODY: LazyLock<Environment> =
    LazyLock::new(|| Environment::of(None, Objects::new(Vec::new())));

fn object(json: &Value) -> Object {
    let written = Line { file: "law.rs".into(), line: 1 };
    Object::of(json.clone(), Origin::Rust { written, patched: Vec::new() }, None)
        .expect("an object")
}

fn found(old: &Value, new: &Value) -> Vec<Difference> {
    differences(&object(old), &object(new), &Schemas::of_both(&NOBODY, &NOBODY))
}

/// What becomes of an old object where these differences are made to it.
fn applied(old: &Value, new: &Value, differences: &[Difference]) -> Value {
    let mut json = old.clone();
    // What stands within others first, so that positions are those of the old object.
    let mut deepest: Vec<&Difference> = differences.iter().collect();
    deepest.sort_by_key(|difference| std::cmp::Reverse(difference.old_path.0.len()));
    let is_element = |difference: &&&Difference| {
        matches!(difference.old_path.0.last(), Some(Step::Index(_)))
            && (difference.old.is_none() || difference.new.is_none())
    };
    let orders: Vec<&Difference> =
        differences.iter().filter(|difference| difference.order).collect();
    let is_ordered = |difference: &Difference| {
        orders.iter().any(|order| difference.old_path.0.starts_with(&order.old_path.0))
    };
    let (elements, fields): (Vec<&Difference>, Vec<&Difference>) =
        deepest.iter().copied().partition(|difference| is_element(&difference));
    for difference in fields.iter().filter(|difference| !is_ordered(difference)) {
        put(&mut json, new, difference);
    }
    for difference in &orders {
        put(&mut json, new, difference);
    }
    let mut lists: Vec<&[Step]> = Vec::new();
    for difference in elements.iter().filter(|difference| !is_ordered(difference)) {
        let (_, list) = difference.old_path.0.split_last().expect("an element");
        if !lists.contains(&list) {
            lists.push(list);
        }
    }
    for list in lists {
        let own = elements.iter().filter(|difference| {
            difference.old_path.0.split_last().is_some_and(|(_, above)| above == list)
        });
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        for difference in own {
            let last = |path: &[Step]| match path.last() {
                Some(Step::Index(position)) => *position,
                _ => unreachable!("an element of a list"),
            };
            match &difference.new {
                None => gone.push(last(&difference.old_path.0)),
                Some(new) => come.push((last(&difference.new_path.0), Value::from(new))),
            }
        }
        let Some(Value::Array(items)) = at(&mut json, list) else {
            panic!("no list where elements differ")
        };
        gone.sort_unstable();
        for position in gone.into_iter().rev() {
            items.remove(position);
        }
        come.sort_by_key(|(position, _)| *position);
        for (position, new) in come {
            items.insert(position.min(items.len()), new);
        }
    }
    json
}

/// Makes one field as it is in the new object.
fn put(json: &mut Value, new: &Value, difference: &Difference) {
    let own = match (&difference.new, difference.secret) {
        (Some(_), true) => {
            difference.new_path.0.iter().try_fold(new, |at, step| below(at, step)).cloned()
        }
        (own, _) => own.as_ref().map(Value::from),
    };
    if difference.new.is_none() || difference.old_path != difference.new_path && difference.secret {
        let (last, above) = difference.old_path.0.split_last().expect("a field");
        if let (Step::Key(key), Some(Value::Object(fields))) = (last, at(json, above)) {
            fields.remove(key);
        }
    }
    if let Some(own) = own {
        let path = if difference.secret { &difference.new_path } else { &difference.old_path };
        let mut place = json;
        for step in &path.0 {
            place = match step {
                Step::Key(key) => {
                    // An empty list is as little as nothing.
                    if place.is_null() || place.as_array().is_some_and(Vec::is_empty) {
                        *place = Value::Object(Map::new());
                    }
                    &mut place[key.as_str()]
                }
                Step::Index(position) => &mut place[*position],
            };
        }
        *place = own;
    }
}

fn below<'a>(at: &'a Value, step: &Step) -> Option<&'a Value> {
    match step {
        Step::Key(key) => at.get(key),
        Step::Index(position) => at.get(position),
    }
}

fn at<'a>(json: &'a mut Value, steps: &[Step]) -> Option<&'a mut Value> {
    steps.iter().try_fold(json, |at, step| match step {
        Step::Key(key) => at.get_mut(key),
        Step::Index(position) => at.get_mut(position),
    })
}

/// A change of something in an object.
#[derive(Clone, Debug)]
struct Edit {
    place: Index,
    what: u8,
    with: Value,
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = (any::<Index>(), 0_u8..6, value());
    let edit = edit.prop_map(|(place, what, with)| Edit { place, what, with });
    prop::collection::vec(edit, 1..6)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (-3_i64..3).prop_map(Value::from),
        "[a-c1]{0,2}".prop_map(Value::from),
        Just(json!("1000m")),
        Just(Value::Null),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let keys = "name|key|a|b|value";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(keys, inner, 0..4)
                .prop_map(|fields| fields.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

/// Every place of an object but those that make it the same object.
fn places(at: &Value, steps: &mut Vec<Step>, all: &mut Vec<Vec<Step>>) {
    let is = |names: &[&str]| {
        let keys = steps.iter().map(|step| match step {
            Step::Key(key) => key.as_str(),
            Step::Index(_) => "",
        });
        keys.eq(names.iter().copied())
    };
    let is_kept =
        ["apiVersion", "kind", "metadata"].iter().any(|name| is(&[name])) || steps.is_empty();
    if is(&["metadata", "name"]) || is(&["metadata", "namespace"]) {
        return;
    }
    if !is_kept {
        all.push(steps.clone());
    }
    match at {
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                steps.push(Step::Index(position));
                places(item, steps, all);
                steps.pop();
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                steps.push(Step::Key(key.clone()));
                places(value, steps, all);
                steps.pop();
            }
        }
        _ => {}
    }
}

fn edited(json: &Value, edits: &[Edit]) -> Value {
    let mut json = json.clone();
    for Edit { place, what, with } in edits {
        let mut all = Vec::new();
        places(&json, &mut Vec::new(), &mut all);
        if all.is_empty() {
            break;
        }
        let steps = place.get(&all);
        if *what == 0
            && let Some((last, above)) = steps.split_last()
        {
            match (at(&mut json, above), last) {
                (Some(Value::Object(fields)), Step::Key(key)) => drop(fields.remove(key)),
                (Some(Value::Array(items)), Step::Index(position)) => drop(items.remove(*position)),
                _ => {}
            }
            continue;
        }
        let Some(value) = at(&mut json, steps) else { continue };
        match value {
            Value::Array(items) if *what == 1 => items.reverse(),
            Value::Array(items) if *what == 2 => {
                let by = 1.min(items.len());
                items.rotate_left(by);
            }
            Value::Array(items) if *what == 3 => items.push(with.clone()),
            Value::Array(items) if *what == 4 && !items.is_empty() => {
                // One like another, under another name where it has one.
                let mut copy = items[0].clone();
                if let Some(name) = copy.get_mut("name") {
                    *name = json!("another");
                }
                items.insert(items.len() / 2, copy);
            }
            Value::Object(fields) if *what > 2 => drop(fields.insert("a".to_owned(), with.clone())),
            Value::String(text) if *what > 2 => text.push('x'),
            _ => *value = with.clone(),
        }
    }
    json
}

fn is_all(old: &Value, new: &Value) -> Result<(), TestCaseError> {
    let differences = found(old, new);
    let mut json = applied(old, new, &differences);
    // Where new elements stand, and defaults that follow from other fields, shows once the rest is applied.
    let rest = found(&json, new);
    json = applied(&json, new, &rest);
    let left: Vec<String> =
        found(&json, new).into_iter().map(|difference| difference.shown).collect();
    let told: Vec<&str> = differences.iter().map(|difference| difference.shown.as_str()).collect();
    prop_assert!(left.is_empty(), "{left:?} is left of {told:?}:\n{old}\n{new}\n{json}");
    prop_assert!(found(new, new).is_empty());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_differs_makes_the_new_object_of_the_old_one(at in any::<Index>(), old in edits(), new in edits()) {
        let json = at.get(&RENDERED);
        is_all(json, &edited(json, &new))?;
        is_all(&edited(json, &old), &edited(json, &new))?;
    }

    #[test]
    fn nothing_has_to_be_known_of_a_kind(old in value(), new in value()) {
        let of = |spec: Value| json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": spec});
        is_all(&of(old), &of(new))?;
    }
}
