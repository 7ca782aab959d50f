//! What holds for every plan, tried with random changes of what this repository renders.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use analysis::environment::Environment;
use analysis::objects::{Object, Objects, Origin, Value, json, read};
use analysis::plan::{Plan, plan, report};
use proptest::prelude::*;

static RENDERED: LazyLock<Vec<Object>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../snapshots/prd");
    let mut objects = read(&folder).expect("the snapshots").objects;
    // Lines are of no interest here, and slow to look up.
    for object in &mut objects {
        object.origin = Origin::Rust {
            written: analysis::objects::Line { file: "rendered.rs".into(), line: 1 },
            patched: Vec::new(),
        };
    }
    objects
});

fn planned(old: Vec<Object>, new: Vec<Object>) -> Plan {
    let of = |objects| Environment::of(None, Objects::new(objects));
    plan(&of(old), &of(new))
}

/// The places of all texts, numbers and truths of an object but those that make it the same object.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, item)| leaves(item, &format!("{path}/{at}"), found));
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                let key = key.replace('~', "~0").replace('/', "~1");
                leaves(value, &format!("{path}/{key}"), found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

fn places(object: &Object) -> Vec<String> {
    let mut found = Vec::new();
    leaves(&object.json, "", &mut found);
    let is_identity = |path: &String| {
        ["/apiVersion", "/kind", "/metadata/name", "/metadata/namespace"].contains(&path.as_str())
    };
    // What names and scope of a kind are decides where its objects are.
    let defines = object.is("apiextensions.k8s.io", "CustomResourceDefinition");
    found.retain(|path| !(is_identity(path) || defines && path.starts_with("/spec")));
    found
}

/// Another value that means something else.
fn other(value: &Value) -> Value {
    match value {
        Value::Bool(is) => json!(!is),
        Value::Number(number) => json!(number.as_f64().unwrap_or_default() + 7.0),
        Value::String(text) if text.starts_with(|letter: char| letter.is_ascii_digit()) => {
            json!(format!("9{text}"))
        }
        Value::String(text) => json!(format!("{text}x")),
        other => other.clone(),
    }
}

/// The object with another value at a place.
fn changed(object: &Value, path: &str) -> Value {
    let mut object = serde_json::Value::from(object);
    let value = object.pointer_mut(path).expect("a place");
    *value = (&other(&value.clone().into())).into();
    object.into()
}

/// A place of an object, by two numbers.
fn choose(object: usize, place: usize) -> Option<(usize, String)> {
    let object = object % RENDERED.len();
    let places = places(&RENDERED[object]);
    (!places.is_empty()).then(|| (object, places[place % places.len()].clone()))
}

/// Lists whose order means nothing, outside of templates of pods.
fn reversed(object: &Object) -> Object {
    let mut object = object.clone();
    let spec = match object.identity.kind.as_str() {
        "Service" => "ports",
        _ => return object,
    };
    if let Some(list) = object.json["spec"][spec].as_array_mut() {
        list.reverse();
    }
    object
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_value_is_in_the_plan(object in any::<usize>(), place in any::<usize>()) {
        let Some((position, path)) = choose(object, place) else { return Ok(()) };
        let mut new = RENDERED.clone();
        new[position].json = changed(&new[position].json, &path);
        let plan = planned(RENDERED.clone(), new);
        let changed: Vec<_> = plan.changes().collect();
        prop_assert_eq!(changed.len(), 1, "{}: {}", path, report::plain(&[plan]));
        prop_assert_eq!(&changed[0].identity, &RENDERED[position].identity);
        prop_assert!(!changed[0].fields.is_empty());
        prop_assert!(changed[0].fields.iter().all(|field| !field.consequences.is_empty()), "{}", path);
    }

    #[test]
    fn each_object_of_both_sides_is_told_once(gone in any::<u64>(), new in any::<u64>()) {
        let kept = |seed: u64| -> Vec<Object> {
            let keeps = |at: usize| (seed >> (at % 64)) & 1 == 0;
            RENDERED.iter().enumerate().filter(|(at, _)| keeps(*at)).map(|(_, object)| object.clone()).collect()
        };
        let (old, new) = (kept(gone), kept(new));
        let identities = |objects: &[Object]| -> BTreeSet<String> {
            let objects = Objects::new(objects.to_vec());
            objects.written().map(|object| object.identity.to_string()).collect()
        };
        let all: BTreeSet<String> = identities(&old).union(&identities(&new)).cloned().collect();
        let plan = planned(old, new);
        let told: Vec<String> = plan.changes().map(|change| change.identity.to_string()).collect();
        let once: BTreeSet<&String> = told.iter().collect();
        prop_assert_eq!(once.len(), told.len());
        prop_assert!(told.iter().all(|name| all.contains(name)));
        prop_assert_eq!(told.len() + plan.unchanged, all.len());
        prop_assert!(plan.changes().all(|change| change.consequences().next().is_some()));
    }

    #[test]
    fn the_order_of_documents_and_of_lists_without_one_means_nothing(object in any::<usize>(), place in any::<usize>()) {
        let Some((position, path)) = choose(object, place) else { return Ok(()) };
        let mut new = RENDERED.clone();
        new[position].json = changed(&new[position].json, &path);
        let mut turned: Vec<Object> = new.iter().map(reversed).collect();
        turned.reverse();
        let mut old: Vec<Object> = RENDERED.iter().map(reversed).collect();
        old.reverse();
        let straight = report::plain(&[planned(RENDERED.clone(), new)]);
        prop_assert_eq!(straight, report::plain(&[planned(old, turned)]));
    }
}

#[test]
fn lists_without_an_order_may_be_turned() {
    let turned: Vec<Object> = RENDERED.iter().map(reversed).collect();
    assert!(turned.iter().zip(RENDERED.iter()).any(|(new, old)| new.json != old.json));
    let plan = planned(RENDERED.clone(), turned);
    assert!(plan.is_empty(), "{}", report::plain(&[plan]));
}
