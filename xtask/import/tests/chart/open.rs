//! Objects and elements stay open where the chart shows one example of them.

use insta::assert_snapshot;

use crate::support::Scratch;

/// The structs with the types of their further keys.
fn open(scratch: &Scratch) -> String {
    let types = scratch.types();
    let lines = types
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("pub struct") || line.starts_with("pub additional:"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn elements_and_objects_take_further_keys() {
    let values =
        "ports: {web: {port: 80}, dns: {port: 53}}\nhosts: [{host: a, paths: [{path: /}]}]\n";
    assert_snapshot!(open(&Scratch::chart(values, "keep = ['ports', 'hosts']\n")), @r"
    pub struct Values {
    pub struct Host {
    pub additional: BTreeMap<String, serde_json::Value>,
    pub struct HostPath {
    pub additional: BTreeMap<String, serde_json::Value>,
    pub struct Ports {
    pub additional: BTreeMap<String, serde_json::Value>,
    pub struct Port {
    pub additional: BTreeMap<String, serde_json::Value>,
    ");
}

#[test]
fn what_is_kept_in_part_is_closed() {
    let values = "image: {tag: a, repository: b}\nhosts: [{host: a, port: 1}]\n";
    assert_snapshot!(open(&Scratch::chart(values, "keep = ['image.tag', 'hosts.host']\n")), @r"
    pub struct Values {
    pub struct Host {
    pub struct Image {
    ");
}

#[test]
fn a_schema_tells_whether_further_keys_are_taken() {
    let values = "closed: {a: 1}\ntyped: {b: 1}\npatterns: {c: {on: true}}\n";
    let schema = r#"{"properties": {
        "closed": {"type": "object", "additionalProperties": false, "properties": {"a": {"type": "integer"}}},
        "typed": {"type": "object", "additionalProperties": {"type": "integer"}},
        "patterns": {"type": "object", "additionalProperties": false, "patternProperties": {"^[a-z]+$": {"properties": {"on": {"type": "boolean"}}}}}
    }}"#;
    let keep = "keep = ['closed', 'typed', 'patterns']\n";
    assert_snapshot!(open(&Scratch::chart_with_schema(values, schema, keep)), @r"
    pub struct Values {
    pub struct Closed {
    pub struct Patterns {
    pub additional: BTreeMap<String, PatternsAdditional>,
    pub struct PatternsC {
    pub additional: BTreeMap<String, serde_json::Value>,
    pub struct PatternsAdditional {
    pub struct Typed {
    pub additional: BTreeMap<String, i64>,
    ");
}

#[test]
fn null_may_erase_an_object_and_what_stands_in_json() {
    let values =
        "ports: {web: {port: 80}, dns: {port: 53}}\nconfig: {receivers: {jaeger: {a: 1}}}\n";
    let entry = "
keep = ['ports', 'config']
types = { config = 'Value' }
unset = { 'ports.dns' = 'templates/ports.yaml', 'config.receivers.jaeger' = 'templates/config.yaml' }
";
    let scratch = Scratch::chart(values, entry);
    let types = scratch.types();
    let fields: Vec<&str> = types.lines().filter(|line| line.contains("    pub ")).collect();
    assert_snapshot!(fields.join("\n"), @r"
    pub config: Option<serde_json::Value>,
    pub ports: Ports,
    pub dns: Option<crate::Nullable<Port>>,
    pub web: Port,
    pub additional: BTreeMap<String, serde_json::Value>,
    pub port: Option<i64>,
    pub additional: BTreeMap<String, serde_json::Value>,
    ");
    let module = &scratch.output()["src/example.rs"];
    let nullable = module.split_once("const NULLABLE").and_then(|(_, after)| after.split_once(';'));
    assert_snapshot!(nullable.expect("the paths").0, @r#"
    : &'static [&'static [&'static str]] =
            &[&["ports", "dns"], &["config", "receivers", "jaeger"]]
    "#);
}
