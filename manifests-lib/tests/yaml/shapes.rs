//! What people read: the shape of documents and the order of keys.

use insta::assert_snapshot;
use manifests_lib::yaml::to_string;
use serde::Serialize;
use serde_json::{Value, json};

/// Fields in the alphabetical order of k8s-openapi, as `derive` writes them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Container {
    args: Vec<&'static str>,
    env: Vec<Variable>,
    image: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
struct Variable {
    name: &'static str,
    value: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    labels: Value,
    name: &'static str,
    namespace: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    spec: Value,
    status: Option<()>,
    metadata: Metadata,
    kind: &'static str,
    api_version: &'static str,
}

#[test]
fn a_deployment_reads_as_kubectl_would_write_it_with_names_first() {
    let container = Container {
        args: vec!["--bind=0.0.0.0:8000", "-k", "gevent"],
        env: vec![
            Variable { name: "DB_PORT", value: "3306" },
            Variable { name: "DB_DRIVER", value: "mysql+mysqldb" },
        ],
        image: "orchestrator-fastapi-repository:00690e9",
        name: "fastapi",
    };
    let object = Object {
        spec: json!({
            "replicas": 1,
            "template": {
                "metadata": {"labels": {"app": "orchestrator"}, "name": "last in the alphabet"},
                "spec": {
                    "containers": [container],
                    "nodeSelector": {"name": "first", "app": "stays in front"},
                },
            },
        }),
        status: None,
        metadata: Metadata {
            labels: json!({"app": "orchestrator", "revision": "00690e9"}),
            name: "orchestrator-app-deployment",
            namespace: "services",
        },
        kind: "Deployment",
        api_version: "apps/v1",
    };
    assert_snapshot!(to_string(&object).unwrap(), @r#"
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: orchestrator-app-deployment
      labels:
        app: orchestrator
        revision: "00690e9"
      namespace: services
    spec:
      replicas: 1
      template:
        metadata:
          name: last in the alphabet
          labels:
            app: orchestrator
        spec:
          containers:
          - name: fastapi
            args:
            - --bind=0.0.0.0:8000
            - -k
            - gevent
            env:
            - name: DB_PORT
              value: "3306"
            - name: DB_DRIVER
              value: mysql+mysqldb
            image: orchestrator-fastapi-repository:00690e9
          nodeSelector:
            app: stays in front
            name: first
    status: null
    "#);
}

#[test]
fn keys_merged_by_flatten_are_ordered_like_fields() {
    #[derive(Serialize)]
    struct Flattened {
        data: u8,
        #[serde(flatten)]
        rest: Value,
    }
    let rest = json!({"apiVersion": "v1", "kind": "Example", "metadata": {"a": 1, "name": "x"}});
    assert_snapshot!(to_string(&Flattened { data: 1, rest }).unwrap(), @"
    apiVersion: v1
    kind: Example
    metadata:
      name: x
      a: 1
    data: 1
    ");
}

#[test]
fn the_first_keys_of_a_document_are_ordinary_keys_below_it() {
    let value = json!({"a": {"aardvark": 1, "apiVersion": "v1", "kind": "x", "name": "x"}});
    assert_snapshot!(to_string(&value).unwrap(), @"
    a:
      aardvark: 1
      apiVersion: v1
      kind: x
      name: x
    ");
}

#[test]
fn sequences_stand_below_their_key_and_nest_on_one_line() {
    let value = json!({"a": [[1, [2, 3]], [[[]], {}], [{"b": [4], "name": "x"}]], "c": [null]});
    assert_snapshot!(to_string(&value).unwrap(), @"
    a:
    - - 1
      - - 2
        - 3
    - - - []
      - {}
    - - name: x
        b:
        - 4
    c:
    - null
    ");
}

#[test]
fn a_sequence_may_be_the_document() {
    let value = json!([{"b": {"c": "x\ny"}, "name": "a"}, "x\ny"]);
    assert_snapshot!(to_string(&value).unwrap(), @"
    - name: a
      b:
        c: |-
          x
          y
    - |-
      x
      y
    ");
}

#[test]
fn empty_collections_are_brackets() {
    assert_eq!(to_string(&json!({})).unwrap(), "{}\n");
    assert_eq!(to_string(&json!([])).unwrap(), "[]\n");
    let value = json!({"a": {}, "b": [], "c": {"metadata": {}}});
    assert_snapshot!(to_string(&value).unwrap(), @"
    a: {}
    b: []
    c:
      metadata: {}
    ");
}

#[test]
fn text_of_several_lines_is_a_literal_block() {
    let value = json!({
        "clip": "set -e\n\n\techo \"$A\" # it's\n",
        "strip": "a: b\n- c",
        "keep": "a\n\n",
        "first line indented": "  - a\n- b\n",
        "first line with a tab": "\ta\nb",
        "empty line first": "\n a\n\n\n",
        "one line": "a\n",
        "z": 1,
    });
    let yaml = to_string(&value).unwrap();
    let expected = "\
clip: |
  set -e

  \techo \"$A\" # it's
empty line first: |2+

   a


first line indented: |2
    - a
  - b
first line with a tab: |2-
  \ta
  b
keep: |+
  a

one line: |
  a
strip: |-
  a: b
  - c
z: 1
";
    assert_eq!(yaml, expected);
}

#[test]
fn text_that_a_literal_block_would_hide_or_change_is_quoted() {
    let value = json!(["\n", "\n\n", "a\r\nb\n", "a\u{0}\nb", "  \na", "a\n\t", "a\n\u{feff}b"]);
    assert_snapshot!(to_string(&value).unwrap(), @r#"
    - "\n"
    - "\n\n"
    - "a\r\nb\n"
    - "a\0\nb"
    - "  \na"
    - "a\n\t"
    - "a\n\uFEFFb"
    "#);
}

#[test]
fn quotes_are_those_that_need_less_escaping() {
    let value = json!(["#'", "#\"", "#\\", "#\"'", "#\"\"'", "#\"\"\t", "#"]);
    assert_snapshot!(to_string(&value).unwrap(), @r##"
    - "#'"
    - '#"'
    - '#\'
    - "#\"'"
    - '#""'''
    - "#\"\"\t"
    - "#"
    "##);
}

#[test]
fn what_a_review_would_not_see_is_escaped() {
    let value = json!(
        "\u{7}\u{8}\t\n\u{b}\u{c}\r\u{1b}\u{7f}\u{80}\u{85}\u{2028}\u{2029}\u{202e}\u{2066}\u{ffff}"
    );
    assert_snapshot!(
        to_string(&value).unwrap(),
        @r#""\a\b\t\n\v\f\r\e\x7F\x80\N\L\P\u202E\u2066\uFFFF""#
    );
}

#[test]
fn long_lines_stay_whole() {
    let text = "word ".repeat(1000) + "end";
    assert_eq!(to_string(&text).unwrap(), format!("{text}\n"));
}

#[test]
fn a_key_of_several_lines_stays_on_one() {
    assert_eq!(to_string(&json!({"a\nb": 1})).unwrap(), "\"a\\nb\": 1\n");
}

#[test]
fn a_key_is_explicit_from_1025_bytes_on() {
    let key = "k".repeat(1024);
    assert_eq!(to_string(&json!({&key: 1})).unwrap(), format!("{key}: 1\n"));
    let key = "k".repeat(1025);
    let yaml = to_string(&json!([{"a": 1, &key: [{"b": 1}]}])).unwrap();
    assert_eq!(yaml, format!("- a: 1\n  ? {key}\n  :\n  - b: 1\n"));
    let quoted = "\n".repeat(600);
    let yaml = to_string(&json!({&quoted: 1})).unwrap();
    assert_eq!(yaml, format!("? \"{}\"\n: 1\n", "\\n".repeat(600)));
}
