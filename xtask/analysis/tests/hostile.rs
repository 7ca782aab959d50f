//! Whatever stands in files: it is read, checked and told of, without a panic and in a moment.
//!
//! For longer: `PROPTEST_CASES=100000 cargo test --release -p analysis --test hostile`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use analysis::check::{check_all, rules};
use analysis::command::check::Format;
use analysis::environment::Environment;
use analysis::objects::{Objects, Value, json, read};
use analysis::report;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Reads, checks and tells in every form; how many objects there were.
fn through(content: &[u8]) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.yaml");
    fs::write(&file, content).expect("a file");
    let objects = read(&file).expect("a file").objects;
    let count = objects.len();
    let environments = [Environment::of(None, Objects::new(objects))];
    let checked = check_all(&environments, rules::ALL);
    for format in [Format::Text, Format::Json, Format::Sarif, Format::Github] {
        report::print(format, &environments, &checked).expect("a report");
    }
    count
}

/// Every object of the manifests beside the rules.
fn objects() -> &'static [Value] {
    static ALL: OnceLock<Vec<Value>> = OnceLock::new();
    ALL.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check");
        let read = read(&folder).expect("a folder");
        read.objects.into_iter().map(|object| object.json).collect()
    })
}

/// Puts something else in the place of the value that comes at a position, counted from the root.
fn replace(value: &mut Value, position: &mut usize, by: &Value) -> bool {
    if *position == 0 {
        *value = by.clone();
        return true;
    }
    *position -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| replace(item, position, by)),
        Value::Object(fields) => fields.values_mut().any(|field| replace(field, position, by)),
        _ => false,
    }
}

fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.values().map(size).sum(),
        _ => 0,
    }
}

fn odd_value() -> impl Strategy<Value = Value> {
    let fixed = select(vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(65_536),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1e300),
        json!(0.5),
        json!([]),
        json!({}),
        json!([null]),
        json!([[]]),
        json!([{}]),
        json!({"": ""}),
        json!({"a": null}),
        json!({"matchLabels": {"a": 1}}),
        json!({"name": [], "namespace": {}}),
    ]);
    let text = select(vec![
        "",
        " ",
        ".",
        "..",
        "/",
        "//",
        ":",
        "::",
        "@",
        "a@",
        "@sha256:",
        "a:b:c",
        "%",
        "%s",
        "*",
        "*.",
        ".*",
        "-",
        "--",
        "http://",
        "http://[",
        "http://a:99999999999",
        "[::1]:80",
        "a.b.svc.cluster.local.",
        "\u{0}",
        "\u{feff}",
        "ü",
        "🦀",
        "\r\n",
        "1e999",
        "99999999999999999999m",
        "-1Gi",
        "0x",
        "1.2.3.4/33",
        "a\u{301}b",
        "{{ .Values.a }}",
        "$(A)",
        "$",
        "v1.",
        "1.-1",
    ]);
    prop_oneof![fixed, text.prop_map(Value::from), any::<String>().prop_map(Value::from)]
}

fn piece() -> impl Strategy<Value = String> {
    let token = select(vec![
        "apiVersion: v1\n",
        "kind: ConfigMap\n",
        "kind: List\n",
        "items:\n",
        "metadata:\n",
        "  name: a\n",
        "data:\n",
        "- ",
        "-\n",
        "  ",
        "&a ",
        "*a",
        "*a\n",
        "<<: ",
        "<<: *a\n",
        "{",
        "}",
        "[",
        "]",
        ", ",
        ": ",
        ":\n",
        "? ",
        "|\n",
        "|2-\n",
        ">+\n",
        "\"",
        "'",
        "\\",
        "\\x",
        "\n",
        "\n\n",
        "---\n",
        "--- ",
        "...\n",
        "\t",
        "\r",
        "\r\n",
        "%YAML 1.1\n",
        "%TAG ! a\n",
        "!!str ",
        "!!binary ",
        "!a ",
        "# c\n",
        "~",
        "1e999",
        "0x",
        "-0",
        ".inf",
        "yes",
        "ü",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "{\"a\": 1}",
        "{\"kind\": \"List\", \"items\": [",
    ]);
    prop_oneof![8 => token.prop_map(str::to_owned), 1 => any::<String>()]
}

proptest! {
    #[test]
    fn bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        through(&bytes);
    }

    #[test]
    fn what_looks_like_yaml_is_read(pieces in prop::collection::vec(piece(), 0..60)) {
        through(pieces.concat().as_bytes());
    }

    #[test]
    fn objects_with_anything_in_any_field_are_checked(
        picked in prop::collection::vec(any::<Index>(), 1..6),
        changes in prop::collection::vec((any::<Index>(), any::<Index>(), odd_value()), 1..6),
    ) {
        let mut changed: Vec<Value> = picked.iter().map(|index| index.get(objects()).clone()).collect();
        for (object, field, by) in changes {
            let position = object.index(changed.len());
            let object = &mut changed[position];
            replace(object, &mut field.index(size(object)), &by);
        }
        through(json!({"apiVersion": "v1", "kind": "List", "items": changed}).to_string().as_bytes());
    }
}

/// Reads a text, and tells how long that may take at most, on a slow machine and without optimization.
fn in_a_moment(content: &[u8]) -> usize {
    let begin = Instant::now();
    let count = through(content);
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    count
}

#[test]
fn what_is_deep_or_long_takes_no_time() {
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
        "{\"a\":".repeat(100_000),
        "a: ".repeat(100_000),
        "---\n".repeat(100_000),
        format!("a: 1e{}", "9".repeat(100_000)),
        format!("a: {}", "9".repeat(100_000)),
        format!("a: 0x{}", "f".repeat(100_000)),
        format!("a: \"{}", "x".repeat(100_000)),
    ] {
        assert_eq!(in_a_moment(text.as_bytes()), 0);
    }
}

#[test]
fn findings_in_one_large_object_or_list_take_no_time_each() {
    let container = |number| {
        format!("- {{name: c{number}, image: a, envFrom: [{{secretRef: {{name: s{number}}}}}]}}")
    };
    let containers: Vec<String> = (0..3_000).map(container).collect();
    let pod = |name: &str, containers: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: a}}, spec: {{containers: [{containers}]}}}}"
        )
    };
    let large = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a, namespace: a}}\nspec:\n  containers:\n  {}\n",
        containers.join("\n  ")
    );
    assert_eq!(in_a_moment(large.as_bytes()), 1);
    let items: Vec<String> = (0..2_000)
        .map(|number| format!("- {}", pod(&format!("p{number}"), &container(number)[2..])))
        .collect();
    let list = format!("apiVersion: v1\nkind: List\nitems:\n{}\n", items.join("\n"));
    assert_eq!(in_a_moment(list.as_bytes()), 2_000);
    // On one line.
    let items: Vec<&str> = items.iter().map(|item| &item[2..]).collect();
    let list = format!("{{apiVersion: v1, kind: List, items: [{}]}}", items.join(", "));
    assert_eq!(in_a_moment(list.as_bytes()), 2_000);
}

#[test]
fn folders_with_anything_in_them_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| -> PathBuf { folder.path().join(name) };
    fs::write(at("a.yaml"), "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}")
        .expect("a file");
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, at(name)).expect("a link");
    link(".", "again");
    link("loop.yaml", "loop.yaml");
    link("nowhere", "nowhere.yaml");
    fs::create_dir(at("folder.yaml")).expect("a folder");
    // Nobody ever writes to it.
    let status =
        std::process::Command::new("mkfifo").arg(at("pipe.yaml")).status().expect("mkfifo");
    assert!(status.success());
    let read = read(folder.path()).expect("a folder");
    assert_eq!((read.objects.len(), read.troubles), (1, vec![]));
}
