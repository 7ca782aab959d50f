//! What each type of Rust becomes.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use manifests_lib::yaml::{to_string, write};
use serde::Serialize;

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Newtype(u8);

#[derive(Serialize)]
struct Pair(u8, &'static str);

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
enum Variant {
    Unit,
    Newtype(u8),
    Tuple(u8, u8),
    Struct { a: u8, name: u8 },
}

#[test]
fn variants_with_values_are_mappings_of_one_key() {
    let variants = || {
        [
            Variant::Unit,
            Variant::Newtype(1),
            Variant::Tuple(1, 2),
            Variant::Struct { a: 1, name: 2 },
        ]
    };
    let document: BTreeMap<_, _> = [("field", variants())].into();
    assert_snapshot!(to_string(&(document, variants())).unwrap(), @"
    - field:
      - Unit
      - Newtype: 1
      - Tuple:
        - 1
        - 2
      - Struct:
          a: 1
          name: 2
    - - Unit
      - Newtype: 1
      - Tuple:
        - 1
        - 2
      - Struct:
          a: 1
          name: 2
    ");
}

#[test]
fn a_variant_may_be_the_document_or_a_field() {
    assert_eq!(to_string(&Variant::Newtype(1)).unwrap(), "Newtype: 1\n");
    assert_eq!(to_string(&Variant::Tuple(1, 2)).unwrap(), "Tuple:\n- 1\n- 2\n");
    let field: BTreeMap<_, _> = [("a", Variant::Struct { a: 1, name: 2 })].into();
    assert_eq!(to_string(&field).unwrap(), "a:\n  Struct:\n    a: 1\n    name: 2\n");
}

#[test]
fn tuples_are_sequences_and_newtypes_vanish() {
    let value = (Unit, Newtype(1), Pair(2, "b"), 'c', "", Some("d"), None::<u8>, ());
    assert_snapshot!(to_string(&value).unwrap(), @r#"
    - null
    - 1
    - - 2
      - b
    - c
    - ""
    - d
    - null
    - null
    "#);
}

#[test]
fn integers_reach_the_limits_of_64_bits() {
    let value =
        (i64::MIN, u64::MAX, i128::from(i64::MIN), i128::from(u64::MAX), u128::from(u64::MAX));
    assert_snapshot!(to_string(&value).unwrap(), @"
    - -9223372036854775808
    - 18446744073709551615
    - -9223372036854775808
    - 18446744073709551615
    - 18446744073709551615
    ");
}

#[test]
fn floats_look_like_floats_to_every_reader() {
    let value = [1.0, -0.0, 0.1, 1.5e300, 1e16, 5e-324, f64::MIN];
    assert_snapshot!(to_string(&(value, 0.1_f32)).unwrap(), @"
    - - 1.0
      - -0.0
      - 0.1
      - 1.5e+300
      - 1.0e+16
      - 5.0e-324
      - -1.7976931348623157e+308
    - 0.1
    ");
}

#[test]
fn keys_are_the_strings_that_json_needs() {
    let integers: BTreeMap<_, _> = [(-1_i64, "a"), (8080, "b")].into();
    let booleans: BTreeMap<_, _> = [(false, "a"), (true, "b")].into();
    let characters: BTreeMap<_, _> = [('n', "a"), ('x', "b")].into();
    let variants: BTreeMap<_, _> = [(Variant::Unit, "a")].into();
    let options: BTreeMap<_, _> = [(Some(Newtype2("x")), "a")].into();
    let value = (integers, booleans, characters, variants, options);
    assert_snapshot!(to_string(&value).unwrap(), @r#"
    - "-1": a
      "8080": b
    - "false": a
      "true": b
    - "n": a
      x: b
    - Unit: a
    - x: a
    "#);
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Newtype2(&'static str);

#[test]
fn write_appends() {
    let mut output = "---\n".to_owned();
    write(&["a"], &mut output).unwrap();
    write("b", &mut output).unwrap();
    assert_eq!(output, "---\n- a\nb\n");
}
