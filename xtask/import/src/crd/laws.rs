//! Laws of the generator, for CRDs that nobody has written.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use syn::visit::Visit;

use super::definition::{self, Scope};
use super::group_version::GroupVersion;
use super::names::{Naming, Target, lines};
use super::record::{Line, Record};
use super::schema::Schema;
use super::tree::tree;
use super::types::Kind;
use crate::comment::comment;

fn kind(name: &str, spec: &Value) -> Kind {
    let schema = json!({"type": "object", "properties": {"spec": spec}});
    Kind {
        group: "example.org".to_owned(),
        version: "v1".to_owned(),
        name: name.to_owned(),
        plural: name.to_lowercase() + "s",
        scope: Scope::Namespaced,
        schema: serde_json::from_value::<Schema>(schema).expect("a schema"),
        names: BTreeMap::new(),
        reference: None,
        origin: "a test".to_owned(),
    }
}

/// Few names and few forms, so that equal structures and equal names are common.
fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": "integer"})),
        Just(json!({"type": "string", "enum": ["A", "B"]})),
        Just(json!({"type": "string", "default": ""})),
        Just(json!({"type": "boolean"})),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            4 => object(inner.clone()),
            1 => inner.clone().prop_map(|items| json!({"type": "array", "items": items})),
            1 => inner.prop_map(|values| json!({"type": "object", "additionalProperties": values})),
        ]
    })
}

fn object(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let name = "[a-d]|key|name|optional|fooBar|foo-bar";
    let entry = (name, inner, any::<bool>());
    prop::collection::vec(entry, 1..4).prop_map(|entries| {
        let required: BTreeSet<&String> =
            entries.iter().filter(|(.., required)| *required).map(|(name, ..)| name).collect();
        let properties: Map<String, Value> =
            entries.iter().map(|(name, schema, _)| (name.clone(), schema.clone())).collect();
        json!({"type": "object", "required": required, "properties": properties})
    })
}

/// A schema with another property somewhere: at the object that `steps` leads to.
fn with_property(schema: &Value, steps: &[usize], name: &str, added: &Value) -> Value {
    let mut schema = schema.clone();
    let mut place = &mut schema;
    for step in steps {
        let Some(properties) = place.get_mut("properties").and_then(Value::as_object_mut) else {
            break;
        };
        let at = step % properties.len().max(1);
        let is_object = |value: &Value| value.get("properties").is_some();
        match properties.values().nth(at) {
            Some(value) if is_object(value) => {}
            _ => break,
        }
        let found = place.get_mut("properties").and_then(Value::as_object_mut);
        match found.and_then(|properties| properties.values_mut().nth(at)) {
            Some(value) => place = value,
            None => return schema,
        }
    }
    if let Some(properties) = place.get_mut("properties").and_then(Value::as_object_mut) {
        properties.entry(name).or_insert(added.clone());
    }
    schema
}

fn import(kinds: Vec<Kind>, record: &Record) -> (GroupVersion, Record) {
    let group_version =
        GroupVersion::new(kinds, Naming::Derived, record, &mut Vec::new()).expect("types");
    let mut record = Record::default();
    record.add("example.org/v1", lines(&group_version));
    (group_version, record)
}

/// The place, name and shape of every line, aliases apart.
fn named(record: &Record) -> BTreeMap<(String, String, Option<String>), String> {
    let of = |line: &Line| {
        ((line.kind.clone(), line.place.clone(), line.shape.clone()), line.name.clone())
    };
    record.of("example.org/v1").iter().filter(|line| line.shape.is_some()).map(of).collect()
}

/// Every name that code can use for a place.
fn usable(group_version: &GroupVersion, record: &Record) -> BTreeSet<(String, String)> {
    let mut usable: BTreeSet<(String, String)> = record
        .of("example.org/v1")
        .iter()
        .map(|line| (line.place.clone(), line.name.clone()))
        .collect();
    // An alias is usable at every place of its type.
    for alias in &group_version.aliases {
        if let Target::Generated(index) = alias.target {
            for place_of_use in &group_version.types[index].uses {
                usable.insert((place_of_use.place.path.exact(), alias.name.clone()));
            }
        }
    }
    usable
}

/// Everything in source that runs: no text from outside is among it.
struct Functions(Vec<String>);

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.0.push(function.sig.ident.to_string());
    }

    fn visit_item_macro(&mut self, found: &'ast syn::ItemMacro) {
        self.0.push(format!("{:?}", found.mac.path.get_ident()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_added_renames_nothing_whose_place_and_shape_are_as_before(
        spec in object(schema()),
        steps in prop::collection::vec(0_usize..4, 0..3),
        name in "[a-e]|A|zz",
        added in schema(),
        other in object(schema()),
        first in any::<bool>(),
    ) {
        let (_, before) = import(vec![kind("Example", &spec)], &Record::default());
        let larger = kind("Example", &with_property(&spec, &steps, &name, &added));
        let mut kinds = vec![larger, kind("Another", &other)];
        if first {
            kinds.reverse();
        }
        let (group_version, after) = import(kinds.clone(), &before);
        let (old, usable) = (named(&before), usable(&group_version, &after));
        let now = named(&after);
        for ((kind, place, shape), name) in &old {
            if now.contains_key(&(kind.clone(), place.clone(), shape.clone())) {
                prop_assert!(usable.contains(&(place.clone(), name.clone())), "{name} at {place}: {usable:?}");
            }
        }
        // And once more nothing changes.
        let (_, again) = import(kinds, &after);
        prop_assert_eq!(after.text(), again.text());
    }

    #[test]
    fn whatever_a_crd_says_is_rust_and_stays_in_its_comments(
        text in "[ -~\\n\\r\\t`/*\u{202e}\u{2028}\u{85}é]{0,24}",
        names in prop::collection::vec("[ -~\\n\\r`/*é]{0,12}", 1..6),
        url in "[ -~\\n\\r]{0,24}",
        descriptions in any::<bool>(),
    ) {
        let bad = format!("{text}\npub fn injected() {{}}\n//{text}");
        let properties: Map<String, Value> = names
            .iter()
            .map(|name| (name.clone(), json!({
                "type": "object",
                "description": bad,
                "properties": {
                    name: {"type": "string", "pattern": bad, "enum": [bad, name, text]},
                    "text": {"type": "string", "default": bad, "format": bad},
                },
            })))
            .collect();
        let spec = json!({"type": "object", "required": names, "properties": properties});
        let mut kind = kind("Example", &spec);
        kind.reference = Some(url);
        kind.origin = bad;
        let tree = tree(&[kind], Naming::Derived, &Record::default(), descriptions).expect("types");
        for source in &tree.sources {
            let parsed = syn::parse_file(&source.text);
            prop_assert!(parsed.is_ok(), "{:?}\n{}", parsed.err(), source.text);
            let mut functions = Functions(Vec::new());
            functions.visit_file(&parsed.expect("Rust"));
            prop_assert_eq!(functions.0, Vec::<String>::new());
        }
        prop_assert_eq!(tree.record.text().lines().filter(|line| line.split('\t').count() != 5).count(), 0);
    }

    #[test]
    fn no_text_makes_the_reader_panic_or_wait(text in "([ \\-\\[\\]{}:,\"'|>&*!#?\\n\\t]|kind: CustomResourceDefinition\\n|apiVersion: apiextensions.k8s.io/v1\\n|spec:|---\\n|<<|a|\u{feff}){0,40}") {
        let found = definition::read("a file", &text);
        prop_assert!(found.problems.len() <= 1 + text.lines().count());
    }

    #[test]
    fn a_comment_holds_whatever_is_put_into_it(text in any::<String>()) {
        let source = format!("{}struct Documented;\n", comment("///", &text));
        let parsed = syn::parse_file(&source);
        prop_assert!(parsed.is_ok_and(|file| file.items.len() == 1), "{source:?}");
    }
}
