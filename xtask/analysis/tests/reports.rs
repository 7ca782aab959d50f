//! Findings as programs read them.

use std::fs;

use analysis::check::{check, check_all, rules};
use analysis::command::check::Format;
use analysis::environment::Environment;
use analysis::objects::{Objects, read};
use analysis::report;

const MANIFESTS: &str = r#"apiVersion: v1
kind: ConfigMap
metadata:
  name: cart
  namespace: shop
data:
  currency: EUR
---
apiVersion: v1
kind: Pod
metadata:
  name: cart
  namespace: shop
spec:
  containers:
    - name: cart
      image: example.com/cart:1
      env:
        - name: CURRENCY
          valueFrom:
            configMapKeyRef: {name: cart, key: "100%, or: more"}
"#;

fn printed(format: Format) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    // Blanks and other letters have to survive in paths.
    let file = folder.path().join("a pod: ä.yaml");
    fs::write(&file, MANIFESTS).expect("a file");
    let environment =
        Environment::of(Some("dev".to_owned()), Objects::new(read(&file).expect("a file").objects));
    let checked = check(&environment, rules::named("missing-config-map"));
    let text = report::print(format, &[environment], &[checked]).expect("a text");
    text.replace(&folder.path().display().to_string(), "/manifests")
}

#[test]
fn json_has_a_stable_form() {
    insta::assert_snapshot!(printed(Format::Json));
}

#[test]
fn annotations_of_github_escape_what_ends_them() {
    insta::assert_snapshot!(printed(Format::Github));
}

#[test]
fn sarif_is_what_its_types_say() {
    let text = printed(Format::Sarif);
    let log: serde_sarif::sarif::Sarif = serde_json::from_str(&text).expect("SARIF");
    let run = &log.runs[0];
    let result = &run.results.as_ref().expect("results")[0];
    assert_eq!(result.rule_id.as_deref(), Some("missing-config-map"));
    let location = &result.locations.as_ref().expect("a location")[0];
    let physical = location.physical_location.as_ref().expect("a file");
    let file = physical.artifact_location.as_ref().and_then(|file| file.uri.as_deref());
    assert_eq!(file, Some("/manifests/a%20pod%3A%20%C3%A4.yaml"));
    assert_eq!(physical.region.as_ref().and_then(|region| region.start_line), Some(21));
    assert_eq!(run.tool.driver.rules.as_ref().map(Vec::len), Some(rules::ALL.len()));
}

/// Manifests with an exception for a rule.
fn accepting(rule: &str, reason: &str) -> Environment {
    let annotations = format!("  annotations: {{check.manifests/{rule}: \"{reason}\"}}\n");
    let manifests = MANIFESTS.replace(
        "  name: cart\n  namespace: shop\nspec",
        &format!("  name: cart\n  namespace: shop\n{annotations}spec"),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pod.yaml");
    fs::write(&file, manifests).expect("a file");
    Environment::of(None, Objects::new(read(&file).expect("a file").objects))
}

fn messages(environments: &[Environment]) -> Vec<Vec<String>> {
    let rules: Vec<_> =
        ["missing-config-map", "missing-secret"].into_iter().filter_map(rules::named).collect();
    let all = check_all(environments, &rules);
    all.into_iter()
        .map(|checked| checked.findings.into_iter().map(|finding| finding.message).collect())
        .collect()
}

#[test]
fn what_is_accepted_with_a_reason_is_no_finding() {
    let found = messages(&[accepting("missing-config-map", "made by hand")]);
    assert_eq!(found, [Vec::<String>::new()]);
}

#[test]
fn an_exception_that_nothing_needs_is_a_finding() {
    insta::assert_debug_snapshot!(messages(&[accepting("missing-secret", "made by hand")]), @r#"
    [
        [
            "the rule missing-secret finds nothing here that could be accepted",
            "ConfigMap shop/cart has no key 100%, or: more",
        ],
    ]
    "#);
    insta::assert_debug_snapshot!(messages(&[accepting("missing-config-maps", "made by hand")]), @r#"
    [
        [
            "there is no rule missing-config-maps; did you mean missing-config-map?",
            "ConfigMap shop/cart has no key 100%, or: more",
        ],
    ]
    "#);
    insta::assert_debug_snapshot!(messages(&[accepting("missing-config-map", " ")]), @r#"
    [
        [
            "what the rule missing-config-map finds is accepted without a reason",
        ],
    ]
    "#);
}

/// What is printed of one file of manifests by all rules.
fn text_of(manifests: &str) -> (String, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.yaml");
    fs::write(&file, manifests).expect("a file");
    let found = read(&file).expect("a file");
    let troubles = found.troubles.iter().map(ToString::to_string).collect();
    let environment = Environment::of(None, Objects::new(found.objects));
    let checked = check(&environment, rules::ALL.iter().copied());
    (report::plain(&[environment], &[checked]), troubles)
}

#[test]
fn names_of_manifests_stay_on_their_line() {
    let manifests = MANIFESTS.replace("100%, or: more", "a\\e[31m\\n::error::b\\u202e");
    let (text, _) = text_of(&manifests);
    assert!(text.contains(r"a\u{1b}[31m\n::error::b\u{202e}"), "{text}");
    assert!(!text.contains('\u{1b}') && !text.lines().any(|line| line.starts_with("::")), "{text}");
}

#[test]
fn a_name_that_is_read_as_no_text_is_told() {
    let (_, troubles) = text_of("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: n}\n");
    assert_eq!(troubles.len(), 1, "{troubles:?}");
    assert!(troubles[0].contains("put it in quotes"), "{troubles:?}");
}
