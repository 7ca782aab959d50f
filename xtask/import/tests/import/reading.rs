//! What is read as the API server and kubectl read it, and what `--all` does with what it cannot read.

use crate::support::{Scratch, crd, types};
use insta::assert_snapshot;

const SPEC: &str = "{type: object, properties: {name: {type: string}}}";

/// What `--all` says about these files, and the names of the files that it wrote.
fn everything(files: &[(&str, &str)]) -> (String, Vec<String>) {
    let scratch = Scratch::new();
    for (name, text) in files {
        scratch.write(&format!("upstream/{name}"), text);
    }
    let outcome = scratch.import_all(&[]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, ""), "{}", outcome.stderr);
    let files = scratch.output().into_keys().filter(|path| !path.ends_with('/')).collect();
    (outcome.stderr, files)
}

/// The module of the only kind in a file.
fn module(name: &str, text: &str) -> String {
    let scratch = Scratch::new();
    scratch.write(&format!("upstream/{name}"), text);
    let outcome = scratch.import_all(&[]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    scratch.body("src/example/v1/example.rs")
}

#[test]
fn a_merge_key_adds_what_it_names() {
    let spec = "
        type: object
        properties:
          one: &mode {type: string, enum: [A, B]}
          two: {<<: *mode, description: the same}
          three: {<<: *mode, enum: [C]}
    ";
    let module = module("example.yaml", &crd("Example", spec));
    assert!(module.contains("pub one: Option<ExampleOne>"), "{module}");
    assert!(module.contains("pub two: Option<ExampleOne>"), "{module}");
    assert!(module.contains("pub three: Option<ExampleThree>"), "{module}");
}

#[test]
fn a_keyword_that_is_null_is_as_good_as_absent() {
    let with_nulls = types(
        "
        type: object
        required: null
        nullable: null
        properties:
          hosts: {type: array, items: {type: string}, minItems: 1.0, x-kubernetes-validations: null}
          labels: {type: object, properties: null, additionalProperties: {type: string}}
          mode: {type: string, enum: null, pattern: null, oneOf: null}
        ",
    );
    let without = types(
        "
        type: object
        properties:
          hosts: {type: array, items: {type: string}, minItems: 1}
          labels: {type: object, additionalProperties: {type: string}}
          mode: {type: string}
        ",
    );
    assert_eq!(with_nulls, without);
}

#[test]
fn the_same_crd_is_read_in_every_form() {
    let yaml = crd("Example", SPEC);
    let expected = module("example.yaml", &yaml);
    let value: serde_json::Value = serde_yaml::from_str(&yaml).expect("YAML");
    let listed = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": [value]});
    let item = yaml.replace('\n', "\n  ").replacen("apiVersion", "- apiVersion", 1);
    let item = item.replace("\n  \n", "\n").trim_end().to_owned();
    for (name, text) in [
        ("example.YAML", yaml.clone()),
        ("example.yml", format!("\u{feff}{yaml}")),
        ("example.json", value.to_string()),
        ("list.json", listed.to_string()),
        ("list.yaml", format!("apiVersion: v1\nkind: List\nitems:\n{item}\n")),
    ] {
        assert_eq!(module(name, &text), expected, "{name}");
    }
}

#[test]
fn a_kind_is_written_as_a_type_of_rust_and_keeps_its_name_in_the_output() {
    for (kind, name, file) in [
        ("postgresql", "Postgresql", "postgresql"),
        ("my-example", "MyExample", "my_example"),
        ("Option", "Option_", "option"),
        ("Self", "Self_", "self_"),
    ] {
        let scratch = Scratch::new();
        scratch.write("upstream/example.yaml", crd(kind, SPEC));
        let outcome = scratch.import_all(&[]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let module = scratch.body(&format!("src/example/v1/{file}.rs"));
        assert!(module.contains(&format!("pub struct {name} {{")), "{module}");
        assert!(module.contains(&format!("const KIND: &'static str = {kind:?};")), "{module}");
    }
}

#[test]
fn a_kind_without_a_schema_is_json_and_is_told() {
    let untyped = crd("Example", SPEC)
        .lines()
        .take_while(|line| !line.contains("schema:"))
        .collect::<Vec<_>>()
        .join("\n");
    let open = format!(
        "{untyped}\n    schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}\n"
    );
    let expected = module("example.yaml", &open);
    assert_eq!(module("example.yaml", &untyped), expected);
    assert!(expected.contains("pub spec: Option<serde_json::Value>"), "{expected}");
    assert!(expected.contains("pub additional_properties: BTreeMap<String, serde_json::Value>"));
    let (told, _) = everything(&[("example.yaml", &untyped)]);
    assert_snapshot!(told, @"
    Example of example.org/v1 has no schema: its properties are serde_json::Value
    1 kind in out: 5 written, 0 removed, 0 unchanged
    ");
}

#[test]
fn what_cannot_be_read_is_left_out_and_told() {
    let sample = crd("Sample", SPEC);
    let changed = crd("Example", "{type: object, properties: {size: {type: integer}}}");
    let beta = crd("Beta", SPEC).replace("apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1");
    let odd = crd("Odd", "{type: object, properties: {name: {type: text}}}");
    let other_group = crd("Other", SPEC).replace("example.org", "example.com");
    let template = format!("{{{{- if .Values.crds }}}}\n{}{{{{- end }}}}\n", crd("Template", SPEC));
    let (told, files) = everything(&[
        ("a.yaml", &crd("Example", SPEC)),
        ("b.yaml", &crd("Example", SPEC)),
        ("c.yaml", &changed),
        ("d.yaml", &format!("{beta}---\n{sample}")),
        ("e.yaml", &odd),
        ("f.yaml", &other_group),
        ("g.yaml", &template),
        ("h.yaml", "kind: CustomResourceDefinition\n\tbroken\n"),
        ("values.yaml", "{{ not even YAML }}: ["),
    ]);
    assert_snapshot!(told, @"
    left out: Example of example.org is defined in upstream/a.yaml and in upstream/c.yaml; keep one of them
    left out: upstream/d.yaml: document 1 is a CRD of apiVersion apiextensions.k8s.io/v1beta1, but only apiextensions.k8s.io/v1 is supported; choose a release that ships it
    left out: upstream/g.yaml is a template of a Helm chart and no CRD before it is rendered; run `helm template crds CHART --include-crds > crds.yaml`, with --set for the value that turns the CRDs on if the chart has one, and name crds.yaml with --from, or take a release's file that is rendered
    left out: upstream/h.yaml: document 1 is not a valid CRD: found a tab character that violates indentation at line 2 column 1, while scanning a plain scalar at line 1 column 7; compare it with the release it was taken from
    left out: e.yaml, sha256 8063771a3b1875c127993403e8257d877e21b8e44876bd555e3a81fc341eab84: Odd of example.org/v1: spec.name has the type text, which OpenAPI does not have; compare the CRD with the release it was taken from
    left out: example.com/v1 and example.org/v1 lead to the same module; leave one of them out of crds.toml
    1 kind in out: 5 written, 0 removed, 0 unchanged
    ");
    assert_snapshot!(files.join("\n"), @"
    names.tsv
    src/example.rs
    src/example/v1.rs
    src/example/v1/other.rs
    src/lib.rs
    ");
}

#[test]
fn groups_with_names_that_cargo_and_rust_use_are_modules() {
    let mut files = Vec::new();
    for group in ["main.io", "bin.io", "lib.io", "core.io", "crate.io", "a.type.io", "std.io"] {
        files.push((format!("{group}.yaml"), crd("Example", SPEC).replace("example.org", group)));
    }
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (_, written) = everything(&files);
    let top: Vec<&String> = written.iter().filter(|path| path.matches('/').count() == 1).collect();
    assert_snapshot!(format!("{top:?}"), @r#"["src/bin_.rs", "src/core.rs", "src/crate_.rs", "src/lib.rs", "src/lib_.rs", "src/main_.rs", "src/std.rs", "src/type_.rs"]"#);
}
