//! Hostile values that are still valid.

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
    pub struct StateMetrics {
    pub b: Option<bool>,
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
      example: empty ([]) has no type that can be derived; choose one in types
      example: mixed ([1,"a"]) has no type that can be derived; choose one in types
      example: ports ([{"port":1},{"port":"http"}]) has no type that can be derived; choose one in types
    "#);
}

#[test]
fn a_schema_that_holds_itself_ends() {
    let schema = r##"{"properties": {"child": {"$ref": "#"}}}"##;
    let message = Scratch::chart_with_schema("", schema, "keep = ['child']\n").refusal(&[]);
    assert_snapshot!(message, @"
    error: charts.toml and the charts do not agree:
      example: child.child.child.child.child.child.child.child.child.child.child.child.child.child.child.child.child is deeper than 16 keys, perhaps in a recursive schema; choose a type further up
    ");
}

#[test]
fn another_file_of_the_chart_repository_is_not_read() {
    let schema = r#"{"properties": {"a": {"$ref": "https://example.org/other.json"}}}"#;
    let message = Scratch::chart_with_schema("", schema, "keep = ['a']\n").refusal(&[]);
    assert_snapshot!(message, @"
    error: charts.toml and the charts do not agree:
      example: a (without a default) has no type that can be derived; choose one in types
    ");
}
