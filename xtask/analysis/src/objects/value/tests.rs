use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Map, Value, json};

/// Any value of JSON, as `serde_json` has it.
fn any_json() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[a-z]{0,3}".prop_map(Json::from),
    ];
    scalar.prop_recursive(4, 64, 20, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Json::from),
            btree_map("[a-z]{0,3}", inner, 0..20)
                .prop_map(|fields| Json::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_value_is_what_serde_json_has(json in any_json()) {
        let value = Value::from(json.clone());
        prop_assert_eq!(&Json::from(&value), &json);
        prop_assert_eq!(value.to_string(), json.to_string());
        prop_assert_eq!(format!("{value:#}"), format!("{json:#}"));
        prop_assert_eq!(&Value::of(&json).expect("JSON"), &value);
        prop_assert_eq!(&Value::deserialize(&json).expect("JSON"), &value);
        prop_assert_eq!(&Json::deserialize(&value).expect("JSON"), &json);
    }

    #[test]
    fn fields_are_found_in_order_however_many_there_are(
        fields in btree_map("[a-z]{0,2}", any::<u64>(), 0..40),
        other in "[a-z]{0,2}",
        value in any::<u64>(),
    ) {
        let mut expected: BTreeMap<String, Value> =
            fields.into_iter().map(|(key, value)| (key, value.into())).collect();
        let mut map: Map = expected.clone().into_iter().rev().collect();
        prop_assert_eq!(map.get(&other), expected.get(&other));
        prop_assert_eq!(map.insert(&other, value.into()), expected.insert(other, value.into()));
        prop_assert!(map.iter().map(|(key, value)| (key.as_str(), value)).eq(expected.iter().map(|(key, value)| (key.as_str(), value))));
    }
}

/// What Rust's types have beyond JSON.
#[derive(Serialize)]
struct Typed {
    z: (u8, Option<i16>),
    #[serde(flatten)]
    more: BTreeMap<u16, Variant>,
    letter: char,
    small: f32,
    unit: (),
}

#[derive(Serialize)]
enum Variant {
    Unit,
    Newtype(bool),
    Tuple(i8, f64),
    Struct { b: &'static str, a: f64 },
}

#[test]
fn typed_objects_become_what_serde_json_makes_of_them() {
    let variants = [
        Variant::Unit,
        Variant::Newtype(true),
        Variant::Tuple(-1, 0.5),
        Variant::Struct { b: "text", a: f64::NAN },
    ];
    let typed = Typed {
        z: (1, None),
        more: (0..).zip(variants).collect(),
        letter: 'ß',
        small: 0.1,
        unit: (),
    };
    let value = Value::of(&typed).expect("an object");
    assert_eq!(Json::from(&value), serde_json::to_value(&typed).expect("an object"));
}

#[test]
fn of_several_fields_with_one_key_the_last_counts() {
    let text = r#"{"b": 1, "a": 2, "b": 3, "b": 4}"#;
    let value: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(value, json!({"a": 2, "b": 4}));
}

#[test]
fn a_key_that_is_no_text_is_refused() {
    let nested: BTreeMap<Vec<u8>, u8> = [(vec![1], 1)].into();
    assert!(Value::of(&nested).is_err());
}

#[test]
fn what_is_not_there_is_null_and_is_made_where_it_is_set() {
    let mut value = json!({"a": [1]});
    assert!(value["b"]["c"].is_null() && value["a"][1].is_null() && value["a"]["b"].is_null());
    value["b"]["c"] = "d".into();
    assert_eq!(value, json!({"a": [1], "b": {"c": "d"}}));
}

#[test]
fn a_value_is_small() {
    assert!(size_of::<Value>() <= 24, "{}", size_of::<Value>());
}
