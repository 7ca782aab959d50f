//! A later release of a CRD renames nothing that stands where it stood.

use crate::support::{Outcome, Scratch, crd};

/// A scratch with the types of one schema, then of another one.
fn upgraded(before: &str, after: &str) -> (Scratch, Outcome) {
    let scratch = Scratch::new();
    for spec in [before, after] {
        let spec = format!("{{type: object, properties: {{{spec}}}}}");
        scratch.lock(&crd("Example", &spec), "Example", "");
        let outcome = scratch.import(&["--from", "upstream"]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    }
    let outcome = scratch.import(&["--from", "upstream", "--check"]);
    (scratch, outcome)
}

fn module(before: &str, after: &str) -> String {
    let (scratch, again) = upgraded(before, after);
    assert_eq!((again.code, again.stdout.as_str()), (0, ""), "a second run changes nothing");
    scratch.body("src/example/v1/example.rs")
}

const IMAGE: &str = "{type: object, properties: {image: {type: string}}}";

#[test]
fn an_equal_sibling_that_is_earlier_in_the_alphabet_takes_no_name_over() {
    let module =
        module(&format!("pytorch: {IMAGE}"), &format!("lightgbm: {IMAGE}, pytorch: {IMAGE}"));
    assert!(module.contains("pub struct ExamplePytorch {"), "{module}");
    assert!(module.contains("pub lightgbm: Option<ExamplePytorch>"), "{module}");
}

#[test]
fn of_a_type_that_becomes_two_the_unchanged_one_keeps_the_name() {
    let larger = "{type: object, properties: {image: {type: string}, size: {type: integer}}}";
    let module = module(&format!("a: {IMAGE}, b: {IMAGE}"), &format!("a: {larger}, b: {IMAGE}"));
    assert!(module.contains("pub b: Option<ExampleA>"), "{module}");
    assert!(module.contains("pub a: Option<ExampleA2>"), "{module}");
}

#[test]
fn of_two_types_that_become_one_both_names_stay() {
    let larger = "{type: object, properties: {image: {type: string}, size: {type: integer}}}";
    let module = module(&format!("a: {larger}, b: {IMAGE}"), &format!("a: {IMAGE}, b: {IMAGE}"));
    assert!(module.contains("pub struct ExampleB {"), "{module}");
    assert!(module.contains("pub type ExampleA = ExampleB;"), "{module}");
}

#[test]
fn a_type_that_becomes_one_of_kubernetes_keeps_its_name() {
    let key = |default: &str| {
        format!(
            "token: {{type: object, required: [key], properties: {{key: {{type: string}}, name: {{type: string{default}}}, optional: {{type: boolean}}}}}}"
        )
    };
    let module = module(&key(""), &key(", default: ''"));
    let alias = "pub type ExampleToken = k8s_openapi::api::core::v1::SecretKeySelector;";
    assert!(module.contains(alias), "{module}");
}

#[test]
fn a_name_that_the_lock_file_chooses_replaces_the_old_one() {
    let scratch = Scratch::new();
    let crd = crd("Example", &format!("{{type: object, properties: {{a: {IMAGE}}}}}"));
    for names in ["", "names = { \"spec.a\" = \"Image\" }"] {
        scratch.lock(&crd, "Example", names);
        let outcome = scratch.import(&["--from", "upstream"]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    }
    let module = scratch.body("src/example/v1/example.rs");
    assert!(module.contains("pub struct Image {") && !module.contains("ExampleA"), "{module}");
}
