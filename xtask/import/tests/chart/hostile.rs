//! Hostile values that are still valid.

use std::fs;

use insta::assert_snapshot;

use crate::support::{Scratch, paths, refused};

#[test]
fn keys_that_rust_cannot_write_are_renamed() {
    let values = "
type: a
self: a
dashed-key: a
dotted.key: a
slashed/key: a
9lives: a
Capital: a
prometheus.io/scrape: {a.b: 1}
";
    let entry = "keep = ['type', 'self', 'dashed-key', '\"dotted.key\"', 'slashed/key', '9lives', 'Capital', '\"prometheus.io/scrape\".\"a.b\"']\n";
    let scratch = Scratch::chart(values, entry);
    let types = scratch.types();
    let lines: Vec<&str> = types
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("pub ") || line.contains("rename ="))
        .collect();
    assert_snapshot!(lines.join("\n"), @r#"
    pub struct Values {
    #[serde(rename = "9lives", skip_serializing_if = "Option::is_none")]
    pub v9lives: Option<String>,
    #[serde(rename = "Capital", skip_serializing_if = "Option::is_none")]
    pub capital: Option<String>,
    #[serde(rename = "dashed-key", skip_serializing_if = "Option::is_none")]
    pub dashed_key: Option<String>,
    #[serde(rename = "dotted.key", skip_serializing_if = "Option::is_none")]
    pub dotted_key: Option<String>,
    #[serde(rename = "prometheus.io/scrape", skip_serializing_if = "crate::is_untouched")]
    pub prometheus_io_scrape: PrometheusIoScrape,
    pub self_: Option<String>,
    #[serde(rename = "slashed/key", skip_serializing_if = "Option::is_none")]
    pub slashed_key: Option<String>,
    pub type_: Option<String>,
    pub struct PrometheusIoScrape {
    #[serde(rename = "a.b", skip_serializing_if = "Option::is_none")]
    pub a_b: Option<i64>,
    "#);
}

#[test]
fn names_of_the_language_stay_free() {
    let values = "option: {a: 1}\nvec: {b: 1}\nstring: {c: 1}\nvalues: {d: 1}\n";
    let scratch = Scratch::chart(values, "keep = ['option', 'vec', 'string', 'values']\n");
    let types = scratch.types();
    let lines: Vec<&str> = types.lines().filter(|line| line.starts_with("pub struct")).collect();
    assert_snapshot!(lines.join("\n"), @"
    pub struct Values {
    pub struct Option2 {
    pub struct String2 {
    pub struct Values2 {
    pub struct Vec2 {
    ");
}

#[test]
fn keys_that_only_differ_in_case_are_refused_until_one_has_a_name() {
    let values = "state-metrics: {a: 1}\nstateMetrics: {b: true}\n";
    let keep = "keep = ['state-metrics', 'stateMetrics']\n";
    assert_snapshot!(refused(values, keep), @"
    error: charts.toml and the charts do not agree:
      example: state-metrics and stateMetrics would both be called state_metrics in Rust; give one of them another name in names
    ");
    let entry = format!("{keep}\n[chart.names]\nstate-metrics = 'stateMetricsChart'\n");
    let scratch = Scratch::chart(values, &entry);
    let types = scratch.types();
    let lines: Vec<&str> = types
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("pub ") || line.contains("rename ="))
        .collect();
    assert_snapshot!(lines.join("\n"), @r#"
    pub struct Values {
    #[serde(rename = "state-metrics", skip_serializing_if = "crate::is_untouched")]
    pub state_metrics_chart: StateMetricsChart,
    pub state_metrics: StateMetrics,
    pub struct StateMetricsChart {
    pub a: Option<i64>,
    pub additional: BTreeMap<String, serde_json::Value>,
    pub struct StateMetrics {
    pub b: Option<bool>,
    pub additional: BTreeMap<String, serde_json::Value>,
    "#);
}

#[test]
fn nothing_in_a_default_leaves_its_comment() {
    let values =
        "a: \"*/ ` [link](x) <b>\\n/// more\\u202e\"\nb: \"1\\n2\\n3\"\nc: [[1, 2], [3]]\n";
    let scratch = Scratch::chart(values, "keep = ['a', 'b', 'c']\n");
    let types = scratch.types();
    let lines: Vec<&str> = types.lines().filter(|line| line.contains("Default:")).collect();
    assert_snapshot!(lines.join("\n"), @r#"
    /// Default: ``"*/ ` [link](x) <b>\n/// more\u{202e}"``.
    /// Default: `"1\n2\n3"`.
    /// Default: `[[1,2],[3]]`.
    "#);
}

#[test]
fn anchors_are_what_they_stand_for() {
    let values = "x: &x {cpu: 1}\none: *x\ntwo: {<<: *x, memory: a}\n";
    assert_snapshot!(paths(values, "keep = ['one', 'two']\n"), @"
    example	one	object
    example	one.cpu	i64
    example	two	object
    example	two.cpu	i64
    example	two.memory	String
    ");
}

#[test]
fn a_file_of_comments_has_no_values() {
    assert_snapshot!(refused("# a: 1\n", "keep = ['a']\n"), @"
    error: charts.toml and the charts do not agree:
      example: a is kept, but example 1.2.3 does not have it; remove it, or declare it with the template that reads it
    ");
}

#[test]
fn lists_of_different_things_are_not_guessed() {
    let values = "mixed: [1, a]\nports: [{port: 1}, {port: http}]\nempty: []\n";
    assert_snapshot!(refused(values, "keep = ['mixed', 'ports', 'empty']\n"), @r#"
    error: charts.toml and the charts do not agree:
      example: 3 values have no type that can be derived; keep less, add untyped = true to the chart, or paste below its [chart.types] (--fill does) and narrow:
        "empty" = "Vec<Value>" # []
        "mixed" = "Vec<Value>" # [1,"a"]
        "ports" = "Vec<Value>" # [{"port":1},{"port":"http"}]
    "#);
}

#[test]
fn a_schema_that_holds_itself_ends() {
    let schema = r##"{"properties": {"child": {"$ref": "#"}}}"##;
    let message = Scratch::chart_with_schema("", schema, "keep = ['child']\n").refusal(&[]);
    assert_snapshot!(message, @r#"
    error: charts.toml and the charts do not agree:
      example: 1 value has no type that can be derived; keep less, add untyped = true to the chart, or paste below its [chart.types] (--fill does) and narrow:
        "child.child" = "Value" # no default
    "#);
}

#[test]
fn another_file_of_the_chart_repository_is_not_read() {
    let schema = r#"{"properties": {"a": {"$ref": "https://example.org/other.json"}}}"#;
    let message = Scratch::chart_with_schema("", schema, "keep = ['a']\n").refusal(&[]);
    assert_snapshot!(message, @r#"
    error: charts.toml and the charts do not agree:
      example: 1 value has no type that can be derived; keep less, add untyped = true to the chart, or paste below its [chart.types] (--fill does) and narrow:
        "a" = "Value" # no default
    "#);
}

/// The message for a chart whose schema leads back to itself.
fn leads_back(schema: &str) -> String {
    Scratch::chart_with_schema("a:\n", schema, "keep = ['a']\n").refusal(&[])
}

#[test]
fn a_schema_that_leads_back_in_many_ways_ends() {
    let three = r##"{"$defs": {"t": {"type": "object", "properties": {"x": {"$ref": "#/$defs/t"}, "y": {"$ref": "#/$defs/t"}, "z": {"$ref": "#/$defs/t"}}}}, "properties": {"a": {"$ref": "#/$defs/t"}}}"##;
    assert_snapshot!(leads_back(three), @r#"
    error: charts.toml and the charts do not agree:
      example: 3 values have no type that can be derived; keep less, add untyped = true to the chart, or paste below its [chart.types] (--fill does) and narrow:
        "a.x" = "BTreeMap<String, Value>" # no default
        "a.y" = "BTreeMap<String, Value>" # no default
        "a.z" = "BTreeMap<String, Value>" # no default
    "#);
    for keyword in ["anyOf", "allOf"] {
        let all: Vec<String> =
            (0..12).map(|number| format!(r##"{{"$ref": "#/$defs/t{number}"}}"##)).collect();
        let all = all.join(", ");
        let definitions: Vec<String> = (0..12)
            .map(|number| format!(r##""t{number}": {{"{keyword}": [{all}], "properties": {{"k{number}": {{"$ref": "#/$defs/t{number}"}}}}}}"##))
            .collect();
        let schema = format!(
            r##"{{"$defs": {{{}}}, "properties": {{"a": {{"$ref": "#/$defs/t0"}}}}}}"##,
            definitions.join(", ")
        );
        let message = leads_back(&schema);
        let is_told = ["more than 10000 values", "no type that can be derived"];
        assert!(is_told.iter().any(|told| message.contains(told)), "{keyword}: {message}");
    }
}

#[test]
fn brackets_and_repetitions_beyond_measure_are_refused() {
    let deep = format!("a: {}\n", "[".repeat(100_000));
    assert_snapshot!(refused(&deep, "keep = ['a']\n"), @"error: upstream/values.yaml is not a valid values.yaml: recursion limit exceeded at line 1 column 259; compare it with the release it was taken from");
    let types = format!(
        "keep = ['a']\ntypes = {{ a = '{}i64{}' }}\n",
        "Vec<".repeat(100_000),
        ">".repeat(100_000)
    );
    assert_snapshot!(refused("a: []\n", &types), @r#"
    error: charts.toml and the charts do not agree:
      example: the type of a: it is nested more than 8 levels deep; write Value inside
      example: 1 value has no type that can be derived; keep less, add untyped = true to the chart, or paste below its [chart.types] (--fill does) and narrow:
        "a" = "Vec<Value>" # []
    "#);
    let many: Vec<String> = (0..20_000).map(|number| format!("  k{number}: 1\n")).collect();
    assert_snapshot!(refused(&format!("a:\n{}", many.concat()), "keep = ['a']\n"), @r"
    error: charts.toml and the charts do not agree:
      example: more than 10000 values are kept; keep less, or choose the type Value further up
    ");
    let long = format!("a: {{{}: 1}}\n", "k".repeat(100_000));
    assert_snapshot!(refused(&long, "keep = ['a']\n"), @r"
    error: charts.toml and the charts do not agree:
      example: a.kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk begins a key of more than 200 letters; choose the type Value for what holds it
    ");
}

#[test]
fn a_text_of_several_lines_does_not_reach_a_comment() {
    let declared = "keep = []\n\n[[chart.declared]]\npath = 'a'\ntype = 'String'\nproof = \"https://example.org/\\npub fn evil() {}\"\n";
    assert_snapshot!(refused("", declared), @r#"error: charts.toml: "https://example.org/\npub fn evil() {}" of example is not one line of up to 1000 visible letters; write it as one"#);
    let chart = Scratch::chart("a: 1\n", "keep = ['a']\n");
    let text = fs::read_to_string(chart.path("charts.toml")).expect("a file");
    for (old, new) in [
        ("version = \"1.2.3\"", "version = \"1\\n2\""),
        ("version = \"1.2.3\"", "version = \"\""),
        ("name = \"example\"", "name = \"a\\nb\""),
        ("name = \"example\"", "name = \"\""),
        ("/values.yaml\"", "/values.yaml\\nx\""),
        ("https://example.org/charts", "https://example.org/\\u202e"),
    ] {
        chart.write("charts.toml", &text.replacen(old, new, 1));
        let message = chart.refusal(&[]);
        assert!(
            message.starts_with("error: charts.toml: \"") && message.lines().count() == 1,
            "{message}"
        );
    }
}

#[test]
fn a_template_or_several_documents_are_no_values() {
    let template = "# c\n{{- if .Values.a }}\na: 1\n{{- end }}\n";
    assert_snapshot!(refused(template, "keep = ['a']\n"), @"error: upstream/values.yaml is not a valid values.yaml: line 2 is code of a Helm template, {{- if .Values.a }}, and has to be rendered first; compare it with the release it was taken from");
    assert_snapshot!(refused("a: 1\n---\nb: 1\n", "keep = ['a']\n"), @"error: upstream/values.yaml is not a valid values.yaml: a second document begins at line 3, which not every version of Helm reads; compare it with the release it was taken from");
}

#[test]
fn a_chart_may_be_called_like_a_crate() {
    for name in ["serde", "std", "core", "alloc", "self", "crate", "serde-json", "k8s-openapi"] {
        let scratch = Scratch::chart("a: 1\n", "keep = ['a']\n");
        let text = fs::read_to_string(scratch.path("charts.toml")).expect("a file");
        scratch.write("charts.toml", &text.replace("\"example\"", &format!("{name:?}")));
        let outcome = scratch.import(&[]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let library = &scratch.output()["src/lib.rs"];
        // A module of that name is nearer than the crate.
        let relative = library.lines().find(|line| {
            !line.starts_with("//")
                && [" serde::", "(serde::", "<serde_json::"].iter().any(|path| line.contains(path))
        });
        assert_eq!(relative, None, "{name}");
    }
}
