//! `--fill`: the lines that a message proposes are written.

use std::fs;

use insta::assert_snapshot;

use crate::support::Scratch;

#[test]
fn a_new_chart_takes_one_run_and_the_list_keeps_its_form() {
    let values = "a: {}\nb: []\nserver: {one: 1, two: 2, three: 3, four: 4, five: 5}\nclient: {one: 1, two: 2, three: 3, four: 4, five: 5}\n";
    let entry = "# All of it.\nkeep = ['a', 'b', 'server', 'client'] # kept\n\n[chart.types]\nb = 'Vec<String>' # ours\n";
    let scratch = Scratch::chart(values, entry);
    let outcome = scratch.import(&["--fill"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let text = fs::read_to_string(scratch.path("charts.toml")).expect("the list");
    let (_, entry) = text.split_once("# All").expect("the comment");
    assert_snapshot!(format!("# All{entry}"), @r#"
    # All of it.
    keep = ['a', 'b', 'server', 'client'] # kept

    [chart.types]
    b = 'Vec<String>' # ours
    a = "BTreeMap<String, Value>" # {}

    [chart.shapes]
    client = "Client"
    "#);
    let told = outcome.stderr.lines().next().unwrap_or_default();
    assert_snapshot!(told, @"charts.toml: 4 new lines; narrow the types of what you set");
    // Nothing is left to do.
    let again = scratch.import(&["--fill"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(fs::read_to_string(scratch.path("charts.toml")).expect("the list"), text);
}

#[test]
fn what_a_person_has_to_decide_is_not_filled() {
    let scratch = Scratch::chart("a: {}\n", "keep = ['a', 'b']\n");
    let before = fs::read_to_string(scratch.path("charts.toml")).expect("the list");
    assert_snapshot!(scratch.refusal(&["--fill"]), @r#"
    error: charts.toml and the charts do not agree:
      example: b is kept, but example 1.2.3 does not have it; it has a
      example: 1 value has no type that can be derived; keep less, add untyped = true to the chart, or paste below its [chart.types] (--fill does) and narrow:
        "a" = "BTreeMap<String, Value>" # {}
    "#);
    assert_eq!(fs::read_to_string(scratch.path("charts.toml")).expect("the list"), before);
}
