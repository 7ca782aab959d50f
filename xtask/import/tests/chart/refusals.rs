//! What cannot be imported: one message that names the chart, the place and the way out, exit code 2, nothing written.

use std::fs;

use insta::assert_snapshot;
use released::sha256;

use crate::support::{Scratch, file, refused, subchart};

#[test]
fn a_path_that_the_chart_does_not_have() {
    assert_snapshot!(refused("a: {b: 1}\n", "keep = ['a.c', 'd', 'a.b.e']\n"), @r"
    error: charts.toml and the charts do not agree:
      example: a.b.e is kept or declared, but a.b has the type i64; correct the path
      example: a.c is kept, but example 1.2.3 does not have it; it has a.b
      example: d is kept, but example 1.2.3 does not have it; it has a
    ");
}

#[test]
fn a_default_without_a_type() {
    let values = "a: {}\nb: []\nc:\nd: {e: null}\n";
    assert_snapshot!(refused(values, "keep = ['a', 'b', 'c', 'd']\n"), @r#"
    error: charts.toml and the charts do not agree:
      example: 4 values have no type that can be derived; keep less, add untyped = true to the chart, or paste below its [chart.types] (--fill does) and narrow:
        "a" = "BTreeMap<String, Value>" # {}
        "b" = "Vec<Value>" # []
        "c" = "Value" # null
        "d.e" = "Value" # null
    "#);
}

#[test]
fn a_chosen_type_that_the_default_does_not_fit() {
    let values = "a: {b: 1}\nresources: {preset: small}\n";
    let entry = "keep = ['a', 'resources']\n\n[chart.types]\na = 'Vec<String>'\nresources = 'ResourceRequirements'\n";
    assert_snapshot!(refused(values, entry), @r#"
    error: charts.toml and the charts do not agree:
      example: a has the type Vec<String>, which its default {"b":1} does not fit; choose another type
      example: resources has the type ResourceRequirements, which its default {"preset":"small"} does not fit; choose another type
    "#);
}

#[test]
fn a_type_that_is_none() {
    let entry = "keep = ['a']\n\n[chart.types]\na = 'Strnig'\n";
    let message = refused("a:\n", entry);
    let start: String = message.chars().take(170).collect();
    assert_snapshot!(start, @r#"
    error: charts.toml and the charts do not agree:
      example: the type of a: "Strnig" is not a type; write bool, i64, f64, Number, String, Value, Vec<…>, BTreeMap<String, …>
    "#);
}

#[test]
fn entries_that_nothing_leads_to() {
    let entry = "keep = ['a']\n\n[chart.types]\nb = 'String'\n\n[chart.open]\nc = 'String'\n\n[chart.names]\nd = 'e'\n";
    assert_snapshot!(refused("a: 1\nb: {}\n", entry), @"
    error: charts.toml and the charts do not agree:
      example: b is listed in types, but no kept path leads there; keep it or remove it
      example: c is listed in open, but no kept path leads there; keep it or remove it
      example: d is listed in names, but no kept path leads there; keep it or remove it
    ");
}

#[test]
fn a_declared_value_that_the_chart_has_now() {
    let entry = "keep = []\n\n[[chart.declared]]\npath = 'a.b'\ntype = 'String'\nproof = 'templates/a.yaml'\n";
    assert_snapshot!(refused("a: {b: ''}\n", entry), @"
    error: charts.toml and the charts do not agree:
      example: a.b is declared, but example 1.2.3 has it now; move it from declared to keep
    ");
}

#[test]
fn a_type_above_a_kept_path() {
    let entry = "keep = ['a.b']\n\n[chart.types]\na = 'Value'\n";
    assert_snapshot!(refused("a: {b: 1}\n", entry), @"
    error: charts.toml and the charts do not agree:
      example: a has the type Value and a.b is kept or declared below it; keep one of them
    ");
}

#[test]
fn a_path_that_is_none() {
    assert_snapshot!(refused("a: 1\n", "keep = ['a..b']\n"), @r#"error: charts.toml: "a..b" of example is not a path; write the keys with dots between them, and a key that contains a dot in double quotes"#);
}

#[test]
fn a_path_that_is_listed_twice() {
    assert_snapshot!(refused("a: 1\n", "keep = ['a', 'a']\n"), @"error: charts.toml: a of example is listed twice; keep one of them");
}

#[test]
fn an_unknown_key_of_an_entry() {
    assert_snapshot!(refused("a: 1\n", "keeps = ['a']\n"), @"error: charts.toml, line 6: unknown field `keeps`, expected one of `name`, `repository`, `version`, `package`, `values`, `schema`, `metadata`, `dependencies`, `defaults_below`, `keep`, `types`, `untyped`, `open`, `names`, `shapes`, `presence`, `unset`, `declared`, `subchart`; correct the entry");
}

#[test]
fn a_repository_that_helm_does_not_take() {
    let scratch = Scratch::chart("a: 1\n", "keep = ['a']\n");
    let text = fs::read_to_string(scratch.path("charts.toml")).expect("a file");
    scratch.write(
        "charts.toml",
        &text.replace("https://example.org/charts", "http://example.org/charts"),
    );
    assert_snapshot!(scratch.refusal(&[]), @"error: charts.toml: the repository http://example.org/charts of example begins neither with https:// nor with oci://; write it as in helm");
}

#[test]
fn two_charts_of_one_module() {
    let scratch = Scratch::chart("a: 1\n", "keep = ['a']\n");
    let text = fs::read_to_string(scratch.path("charts.toml")).expect("a file");
    scratch.write("charts.toml", &format!("{text}\n{text}"));
    assert_snapshot!(scratch.refusal(&[]), @"error: charts.toml: the charts example and example lead to the same module, example; remove one of them");
}

#[test]
fn a_file_that_is_not_the_locked_one() {
    let scratch = Scratch::chart("a: 1\n", "keep = ['a']\n");
    scratch.write("upstream/values.yaml", "a: 2\n");
    let message = scratch
        .refusal(&[])
        .replace(&sha256(b"a: 1\n"), "<locked>")
        .replace(&sha256(b"a: 2\n"), "<actual>");
    assert_snapshot!(message, @"error: upstream/values.yaml has the sha256 <actual>, but charts.toml expects <locked>; take the file of the release that charts.toml names, or correct release and sha256 there after reading what changed");
}

#[test]
fn values_that_are_no_yaml() {
    assert_snapshot!(refused("a: [\n", "keep = ['a']\n"), @"error: upstream/values.yaml is not a valid values.yaml: while parsing a node, did not find expected node content at line 2 column 1; compare it with the release it was taken from");
}

#[test]
fn a_schema_that_is_no_json() {
    let message = Scratch::chart_with_schema("a: 1\n", "{", "keep = ['a']\n").refusal(&[]);
    assert_snapshot!(message, @"error: upstream/values.schema.json is not JSON: EOF while parsing an object at line 1 column 1; compare it with the release it was taken from");
}

#[test]
fn defaults_that_do_not_stand_where_they_should() {
    let entry = "defaults_below = 'defaults'\nkeep = ['a']\n";
    assert_snapshot!(refused("a: 1\n", entry), @"error: upstream/values.yaml has no object defaults, below which charts.toml expects the defaults of example 1.2.3; correct defaults_below");
}

#[test]
fn a_file_that_was_not_generated() {
    let scratch = Scratch::chart("a: 1\n", "keep = ['a']\n");
    scratch.write("out/paths.tsv", "mine\n");
    assert_snapshot!(scratch.refusal(&[]), @"error: out/paths.tsv was not generated and would be overwritten; move it away");
}

#[test]
fn a_subchart_of_another_version() {
    let scratch = Scratch::new();
    let entry = subchart(&scratch, "replicas: 1\n", "9.9.8");
    scratch.set("grafana: {}\n", None, &entry);
    assert_snapshot!(scratch.refusal(&[]), @"error: example 1.2.3 has grafana 9.9.9, but charts.toml has the values of 9.9.8; lock those of the version that its package carries");
}

#[test]
fn a_subchart_outside_of_the_range_or_of_what_the_package_carries() {
    let scratch = Scratch::new();
    let entry = subchart(&scratch, "replicas: 1\n", "9.9.8");
    let metadata =
        "dependencies:\n- {name: grafana, version: 9.9.*, repository: https://example.org}\n";
    scratch.write("upstream/Chart.yaml", metadata);
    let (_, entry) = entry.split_once('\n').expect("a line of metadata");
    let entry = format!("metadata = {}\n{entry}", file("Chart.yaml", metadata));
    scratch.set("grafana: {}\n", None, &entry);
    let outcome = scratch.import(&[]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    scratch.set("grafana: {}\n", None, &entry.replace("9.9.8", "9.8.0"));
    assert_snapshot!(scratch.refusal(&[]), @"error: example 1.2.3 has grafana 9.9.*, but charts.toml has the values of 9.8.0; lock those of the version that its package carries");
    let carried =
        "dependencies:\n- {name: grafana, version: 9.9.7, repository: https://example.org}\n";
    scratch.write("upstream/Chart.lock", carried);
    let entry = format!("dependencies = {}\n{entry}", file("Chart.lock", carried));
    scratch.set("grafana: {}\n", None, &entry);
    assert_snapshot!(scratch.refusal(&[]), @"error: example 1.2.3 has grafana 9.9.7, but charts.toml has the values of 9.9.8; lock those of the version that its package carries");
}

#[test]
fn a_subchart_that_the_chart_does_not_hold() {
    let scratch = Scratch::new();
    let entry =
        subchart(&scratch, "replicas: 1\n", "9.9.9").replace("key = 'grafana'", "key = 'loki'");
    scratch.set("grafana: {}\n", None, &entry);
    assert_snapshot!(scratch.refusal(&[]), @"error: example 1.2.3 has no subchart loki, which charts.toml lists; remove it");
}

#[test]
fn subcharts_whose_versions_nobody_names() {
    let scratch = Scratch::new();
    let entry = subchart(&scratch, "replicas: 1\n", "9.9.9");
    let (_, entry) = entry.split_once('\n').expect("a line of metadata");
    scratch.set("grafana: {}\n", None, entry);
    assert_snapshot!(scratch.refusal(&[]), @"error: charts.toml: example has subcharts and no metadata; lock Chart.yaml as metadata where there are subcharts, and only there");
}

#[test]
fn a_chart_that_would_be_the_crate() {
    let scratch = Scratch::chart("a: 1\n", "keep = ['a']\n");
    let text = fs::read_to_string(scratch.path("charts.toml")).expect("a file");
    scratch.write("charts.toml", &text.replace("\"example\"", "\"lib\""));
    assert_snapshot!(scratch.refusal(&[]), @"error: charts.toml: the chart lib would be the module lib, which Rust takes for the crate; leave it out");
}

#[test]
fn a_shape_without_a_name_that_holds_everywhere() {
    let values = "
a: {probe: {path: /}}
b: {probe: {path: /}}
probe: {port: 1}
spark: {enabled: true}
cleaner: {enabled: false}
";
    assert_snapshot!(refused(values, "keep = ['a', 'b', 'probe', 'spark', 'cleaner']\n"), @r#"
    error: charts.toml and the charts do not agree:
      example: the same type is at a, b, whose paths have no common ending; choose a name that fits everywhere, in shapes: "a" = "A"
    "#);
}

#[test]
fn a_name_of_a_shape_that_cannot_be() {
    let values = "a: {enabled: true}\nb: {enabled: true}\nc: {x: {y: 1}}\n";
    let refused = |shapes: &str| {
        refused(values, &format!("keep = ['a', 'b', 'c']\nshapes = {{ {shapes} }}\n"))
    };
    assert_snapshot!(refused("a = 'the-toggle'"), @r#"
    error: charts.toml and the charts do not agree:
      example: a is called "the-toggle" in shapes, which is not valid for a Rust type; write it like TheToggle
    "#);
    assert_snapshot!(refused("a = 'Toggle', b = 'Switch'"), @"
    error: charts.toml and the charts do not agree:
      example: b in shapes names a type that is already named Toggle there; keep one of them
    ");
    assert_snapshot!(refused("a = 'Toggle', c = 'Toggle'"), @"
    error: charts.toml and the charts do not agree:
      example: the name Toggle of c in shapes is already taken; choose another one
    ");
    assert_snapshot!(refused("a = 'Toggle', 'c.x.y' = 'Number'"), @"
    error: charts.toml and the charts do not agree:
      example: c.x.y is listed in shapes, but no type is generated there; keep it or remove it
    ");
}

#[test]
fn a_value_that_null_cannot_erase() {
    let values = "empty: null\nobject: {a: 1}\nlist: [{a: 1}]\nkind: x\n";
    let schema = r#"{"required": ["kind"], "properties": {"kind": {"type": "string"}}}"#;
    let entry = "keep = ['object', 'list', 'kind', 'empty']\ntypes = { empty = 'i64' }\nunset = { empty = 'x', object = 'x', 'list.a' = 'x', kind = 'x', gone = 'x' }\n";
    assert_snapshot!(Scratch::chart_with_schema(values, schema, entry).refusal(&[]), @r"
    error: charts.toml and the charts do not agree:
      example: empty is listed in unset, but has no default, which null would erase; remove it from unset
      example: kind is listed in unset, but is required by the chart's schema; remove it from unset
      example: list[].a is listed in unset, but is below a list or map, whose elements have no defaults: leave the key out there; remove it from unset
      example: gone is listed in unset, but no kept path leads there; keep it or remove it
    ");
}

#[test]
fn a_key_that_says_nothing_by_itself() {
    assert_snapshot!(refused("a: 1\n", "keep = ['a']\npresence = ['a', 'b']\n"), @"
    error: charts.toml and the charts do not agree:
      example: a is listed in presence, but has the type i64, which is written whenever it is set; remove it
      example: b is listed in presence, but no kept path leads there; keep it or remove it
    ");
}
