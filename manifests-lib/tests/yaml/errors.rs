//! What cannot be written: what the message says, and that nothing is written.

use std::collections::{BTreeMap, BTreeSet};

use insta::assert_snapshot;
use manifests_lib::yaml::{to_string, write};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

fn message<T: Serialize>(value: &T) -> String {
    let mut output = "before\n".to_owned();
    let error = write(value, &mut output).unwrap_err();
    assert_eq!(output, "before\n");
    error.to_string()
}

/// `value` where people would look for it.
fn nested<T: Serialize>(value: T) -> impl Serialize {
    #[derive(Serialize)]
    struct Object<T> {
        kind: &'static str,
        spec: BTreeMap<&'static str, Vec<BTreeMap<&'static str, T>>>,
    }
    let container: BTreeMap<_, _> = [("example.com/x", value)].into();
    Object { kind: "x", spec: [("containers", vec![container])].into() }
}

#[test]
fn numbers_that_json_does_not_have() {
    assert_snapshot!(message(&f64::NAN), @"JSON, and so the Kubernetes API, has no number NaN; write a finite number or a string");
    assert_snapshot!(message(&nested(f32::NEG_INFINITY)), @r#"spec.containers[0]["example.com/x"]: JSON, and so the Kubernetes API, has no number -inf; write a finite number or a string"#);
}

#[test]
fn integers_beyond_64_bits() {
    assert_snapshot!(message(&(i128::from(i64::MIN) - 1)), @"the reader would round -9223372036854775809 to 64 bits; write it as a string");
    assert_snapshot!(message(&[0, u128::from(u64::MAX) + 1]), @"[1]: the reader would round 18446744073709551616 to 64 bits; write it as a string");
}

#[test]
fn bytes() {
    struct Bytes;
    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(b"x")
        }
    }
    assert_snapshot!(message(&nested(Bytes)), @r#"spec.containers[0]["example.com/x"]: bytes have no form of their own in JSON; write them as a string, for example in base64 with `ByteString`"#);
}

#[test]
fn keys_that_json_does_not_have() {
    let composite: BTreeMap<_, _> = [(BTreeSet::from([1]), 1)].into();
    assert_snapshot!(message(&nested(composite)), @r#"spec.containers[0]["example.com/x"]: a key is a sequence; make it a string, an integer, a boolean or a character"#);
    let null: BTreeMap<_, _> = [((), 1)].into();
    assert_snapshot!(message(&null), @"a key is null; make it a string, an integer, a boolean or a character");
}

#[test]
fn a_key_that_a_flattened_field_repeats() {
    #[derive(Serialize)]
    struct Flattened {
        app: u8,
        #[serde(flatten)]
        rest: Value,
    }
    let value = Flattened { app: 1, rest: json!({"a": 1, "app": 2, "z": 3}) };
    assert_snapshot!(message(&[value]), @"[0].app: this key is written twice in one mapping; remove one of the two, for example from a flattened field");
}

#[test]
fn keys_that_are_equal_only_as_text() {
    struct Mixed;
    impl Serialize for Mixed {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeMap;
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry(&1, "a")?;
            map.serialize_entry("1", "b")?;
            map.end()
        }
    }
    assert_snapshot!(message(&Mixed), @"1: this key is written twice in one mapping; remove one of the two, for example from a flattened field");
}

#[test]
fn errors_of_the_value_itself_are_placed_too() {
    #[derive(Serialize)]
    enum Kind {
        Struct { field: Refusing },
        Tuple(u8, Refusing),
        Newtype(Refusing),
    }
    #[derive(Clone, Copy)]
    struct Refusing;
    impl Serialize for Refusing {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("refused"))
        }
    }
    assert_eq!(message(&[Kind::Struct { field: Refusing }]), "[0].Struct.field: refused");
    assert_eq!(message(&[Kind::Tuple(1, Refusing)]), "[0].Tuple[1]: refused");
    assert_eq!(message(&[Kind::Newtype(Refusing)]), "[0].Newtype: refused");
}

#[test]
fn the_path_alone() {
    assert_eq!(
        to_string(&nested(f64::NAN)).unwrap_err().path(),
        r#"spec.containers[0]["example.com/x"]"#
    );
    assert_eq!(to_string(&f64::NAN).unwrap_err().path(), "");
}

#[test]
fn values_without_end() {
    struct Endless;
    impl Serialize for Endless {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq([Endless])
        }
    }
    let message = message(&Endless);
    assert!(
        message.ends_with(": the value is nested deeper than 256 levels; does it contain itself?"),
        "{message}"
    );
}

#[test]
fn nesting_up_to_the_limit_is_written() {
    let value = (0..255).fold(json!([]), |inner, _| json!([inner]));
    assert_eq!(to_string(&value).unwrap(), format!("{}[]\n", "- ".repeat(255)));
}

#[test]
fn siblings_do_not_count_as_nesting() {
    let value = vec![json!({"a": []}); 300];
    assert_eq!(to_string(&value).unwrap(), "- a: []\n".repeat(300));
}
