//! Names of types: short, and stable when something unrelated changes.

use crate::support::{Scratch, crd, lock};

const SPEC: &str = "
    type: object
    properties:
      http:
        type: array
        items:
          type: object
          properties:
            route: {type: object, properties: {host: {type: string}, port: {type: integer}}}
      tcp:
        type: object
        properties:
          tcpKeepalive: {type: object, properties: {time: {type: string}, probes: {type: integer}}}
      policies:
        type: array
        items: {type: object, properties: {mode: {type: string, enum: [A, B]}}}
";

/// The names of all generated types, in the order of their files.
fn names(scratch: &Scratch, arguments: &[&str]) -> Vec<String> {
    let outcome = scratch.import(arguments);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let files = scratch.output();
    let lines = files.values().flat_map(|text| text.lines());
    let declared = lines
        .filter_map(|line| line.strip_prefix("pub struct ").or(line.strip_prefix("pub enum ")));
    declared.filter_map(|rest| rest.split_once(' ')).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn a_name_is_the_last_two_properties_in_the_singular() {
    let scratch = Scratch::new();
    scratch.lock(&crd("Example", SPEC), "Example", "");
    let expected = [
        "Example",
        "ExampleSpec",
        "ExampleHttp",
        "ExamplePolicy",
        "ExampleTcp",
        "HttpRoute",
        "PolicyMode",
        "TcpKeepalive",
    ];
    assert_eq!(names(&scratch, &["--from", "upstream"]), expected);
}

#[test]
fn the_lock_file_may_name_a_type() {
    let scratch = Scratch::new();
    let chosen =
        "names = { \"spec.http.route\" = \"Destination\", \"spec.policies.mode\" = \"Mode\" }";
    scratch.lock(&crd("Example", SPEC), "Example", chosen);
    let names = names(&scratch, &["--from", "upstream"]);
    assert!(
        names.contains(&"Destination".to_owned()) && names.contains(&"Mode".to_owned()),
        "{names:?}"
    );
    assert!(!names.contains(&"HttpRoute".to_owned()), "{names:?}");
}

#[test]
fn a_deeper_structure_of_the_same_name_gets_a_longer_one() {
    let scratch = Scratch::new();
    let deeper = format!(
        "{SPEC}
      advanced:
        type: object
        properties:
          http: {{type: object, properties: {{route: {{type: object, properties: {{weight: {{type: integer}}}}}}}}}}
"
    );
    scratch.lock(&crd("Example", &deeper), "Example", "");
    let names = names(&scratch, &["--from", "upstream"]);
    assert!(names.contains(&"HttpRoute".to_owned()), "{names:?}");
    assert!(names.contains(&"AdvancedHttpRoute".to_owned()), "{names:?}");
    let module = scratch.body("src/example/v1/example.rs");
    let shallow = module.find("/// `spec.http[].route` of `Example`.").expect("documentation");
    assert!(
        module[shallow..].lines().nth(3).is_some_and(|line| line == "pub struct HttpRoute {"),
        "{module}"
    );
}

#[test]
fn a_kind_at_the_end_of_the_list_renames_nothing() {
    let scratch = Scratch::new();
    scratch.lock(&crd("Example", SPEC), "Example", "");
    let before = names(&scratch, &["--from", "upstream"]);

    // It sorts first, has an equal structure in a shallower place, and another one that would get the same name.
    let spec = "
        type: object
        properties:
          route: {type: object, properties: {host: {type: string}, port: {type: integer}}}
          http: {type: object, properties: {route: {type: object, properties: {weight: {type: integer}}}}}
    ";
    let both = format!("{}---\n{}", crd("Example", SPEC), crd("Another", spec));
    scratch.write("upstream/example.yaml", &both);
    // The type that both share needs a chosen name: here the one that it had.
    let more = "[[source.kind]]\napi_version = \"example.org/v1\"\nkind = \"Another\"\nnames = { \"spec.route\" = \"HttpRoute\" }";
    scratch.write("crds.toml", lock("https://example.org/example.yaml", &both, "Example", more));
    let after = names(&scratch, &["--from", "upstream"]);
    for name in before {
        assert!(after.contains(&name), "{name} is gone: {after:?}");
    }
    assert!(after.contains(&"AnotherHttpRoute".to_owned()), "{after:?}");
}
