//! What holds for every string and every tree.

use std::collections::BTreeMap;

use manifests_lib::yaml::to_string;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// Characters that mean something to a reader, or that it treats in its own way.
const HARD: &[char] = &[
    ' ',
    '\t',
    '\n',
    '\r',
    '-',
    '?',
    ':',
    ',',
    '[',
    ']',
    '{',
    '}',
    '#',
    '&',
    '*',
    '!',
    '|',
    '>',
    '\'',
    '"',
    '%',
    '@',
    '`',
    '\\',
    '~',
    '=',
    '<',
    '.',
    '0',
    'a',
    '\0',
    '\u{1b}',
    '\u{7f}',
    '\u{85}',
    '\u{a0}',
    '\u{2028}',
    '\u{feff}',
    '\u{ffff}',
    '\u{10ffff}',
    'é',
    '🙂',
];
const NUMERIC: &[char] =
    &['0', '1', '7', '9', '+', '-', '.', '_', 'e', 'E', 'x', 'o', 'b', 'f', ':', 'T', ' '];
const LINES: &[&str] = &[
    "", " ", "\t", "a", " a", "\ta", "a ", "a\t", "# a", "- a", "a: b", "---", "...", "|", "'",
    "\"", "é",
];

fn of(characters: &'static [char], length: usize) -> impl Strategy<Value = String> {
    vec(select(characters), 0..length).prop_map(String::from_iter)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => of(HARD, 12),
        2 => of(NUMERIC, 8),
        2 => vec(select(LINES), 1..7).prop_map(|lines| lines.join("\n")),
        1 => vec(any::<char>(), 0..12).prop_map(String::from_iter),
        1 => (of(HARD, 3), 500..1100_usize).prop_map(|(hard, length)| hard + &"a".repeat(length)),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<u64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    let ordered = select(&["metadata", "name", "kind", "spec"][..]).prop_map_into();
    let key = prop_oneof![3 => text(), 1 => ordered];
    scalar.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            btree_map(key.clone(), inner, 0..5).prop_map(|map| Map::from_iter(map).into()),
        ]
    })
}

/// What `strconv.ParseInt` with base 0 and the float pattern of Go's reader accept, and a little
/// more.
fn is_number(text: &str) -> bool {
    if text.starts_with('_') {
        return false;
    }
    let text = text.replace('_', "");
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let prefixed = |prefix: &str, radix| {
        unsigned
            .strip_prefix(prefix)
            .is_some_and(|digits| i128::from_str_radix(digits, radix).is_ok())
    };
    let decimal = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && unsigned.parse::<f64>().is_ok();
    decimal || prefixed("0x", 16) || prefixed("0o", 8) || prefixed("0b", 2)
}

fn keys(yaml: &str) -> Vec<String> {
    yaml.lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(key, _)| key.replace("- ", "").trim().to_owned())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_string_is_read_back_wherever_it_stands(text in text()) {
        let value = json!({
            "a": &text,
            "b": [&text, [&text]],
            "c": {&text: &text},
            "d": [{&text: [&text]}],
        });
        let yaml = to_string(&value).unwrap();
        prop_assert_eq!(serde_yaml::from_str::<Value>(&yaml).unwrap(), value, "{}", yaml);
    }

    #[test]
    fn every_string_is_read_back_as_a_document(text in text()) {
        let yaml = to_string(&text).unwrap();
        prop_assert_eq!(serde_yaml::from_str::<Value>(&yaml).unwrap(), text, "{}", yaml);
    }

    #[test]
    fn every_tree_is_read_back(tree in tree()) {
        let yaml = to_string(&tree).unwrap();
        prop_assert_eq!(serde_yaml::from_str::<Value>(&yaml).unwrap(), tree, "{}", yaml);
    }

    #[test]
    fn no_number_is_plain(text in of(NUMERIC, 8)) {
        let plain = to_string(&text).unwrap() == format!("{text}\n");
        prop_assert!(!(plain && is_number(&text)), "{}", text);
    }

    #[test]
    fn a_string_without_line_breaks_takes_one_line(text in "[^\n]{0,300}") {
        prop_assert_eq!(to_string(&text).unwrap().matches('\n').count(), 1);
    }

    #[test]
    fn every_line_of_a_text_is_a_line_of_its_block(lines in vec("[a-z ]{0,40}x", 2..5)) {
        let text = lines.join("\n");
        let yaml = to_string(&json!({"a": &text})).unwrap();
        let indented: Vec<_> = lines.iter().map(|line| format!("  {line}")).collect();
        let body: Vec<_> = yaml.lines().skip(1).collect();
        prop_assert_eq!(body, indented);
    }

    #[test]
    fn documents_begin_with_the_keys_people_look_for(
        all in Just(["apiVersion", "kind", "metadata", "spec", "name", "x", "y1"]).prop_shuffle(),
        length in 1..8_usize,
    ) {
        let serialized = &all[..length];
        let wanted = |first: &[&'static str]| {
            let (mut front, rest): (Vec<_>, Vec<_>) =
                serialized.iter().partition(|key| first.contains(key));
            front.sort_by_key(|key| first.iter().position(|other| other == key));
            front.into_iter().chain(rest).map(str::to_owned).collect::<Vec<_>>()
        };
        let entries = Entries(serialized);
        let below = |key| to_string(&BTreeMap::from([(key, &entries)])).unwrap();
        let document = to_string(&entries).unwrap();
        prop_assert_eq!(keys(&document), wanted(&["apiVersion", "kind", "metadata", "spec"]));
        prop_assert_eq!(keys(&to_string(&[&entries]).unwrap()), wanted(&["name"]));
        prop_assert_eq!(keys(&below("metadata")), wanted(&["name"]));
        prop_assert_eq!(keys(&below("labels")), wanted(&[]));
    }
}

/// A mapping that is serialized in exactly this order.
struct Entries<'a>(&'a [&'static str]);

impl serde::Serialize for Entries<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().enumerate().map(|(index, key)| (key, index)))
    }
}
