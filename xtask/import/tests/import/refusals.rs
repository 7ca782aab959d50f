//! What cannot be imported: one sentence that names the file, the place and the way out, exit code 2, nothing written.

use std::fmt::Write;
use std::fs;

use crate::support::{Outcome, Scratch, crd, lock, sha256};
use insta::assert_snapshot;

const SPEC: &str = "
    type: object
    required: [hosts]
    properties:
      hosts: {type: array, items: {type: string}}
      http: {type: object, properties: {route: {type: string}}}
      mode: {type: string, enum: [A, B]}
";

/// A scratch with a kind that can be imported and has been.
fn imported() -> Scratch {
    let scratch = Scratch::new();
    scratch.lock(&crd("Example", SPEC), "Example", "");
    let outcome = scratch.import(&["--from", "upstream"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    scratch
}

/// The message of a run that changes nothing.
fn refusal(scratch: &Scratch, run: impl FnOnce(&Scratch) -> Outcome) -> String {
    let before = scratch.output();
    let outcome = run(scratch);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
    assert_eq!(scratch.output(), before, "the output changed");
    outcome.stderr
}

fn refused(scratch: &Scratch) -> String {
    refusal(scratch, |scratch| scratch.import(&["--from", "upstream"]))
}

/// The message for a CRD that is not the one that has been imported.
fn refused_crd(crd: &str, kind: &str, more: &str) -> String {
    let scratch = imported();
    scratch.lock(crd, kind, more);
    refused(&scratch)
}

#[test]
fn a_lock_file_that_does_not_exist() {
    let scratch = imported();
    fs::remove_file(scratch.path("crds.toml")).expect("a file");
    assert_snapshot!(refused(&scratch), @"error: crds.toml cannot be read: No such file or directory (os error 2); name the list of sources with --lock");
}

#[test]
fn a_lock_file_that_is_no_toml() {
    let scratch = imported();
    scratch.write("crds.toml", "[[source]]\nurl = \n");
    assert_snapshot!(refused(&scratch), @"error: crds.toml, line 2: string values must be quoted, expected literal string; correct the entry");
}

#[test]
fn a_lock_file_with_an_unknown_key() {
    let scratch = imported();
    let text = lock("https://example.org/example.yaml", "", "Example", "keeps = [\"spec\"]");
    scratch.write("crds.toml", text);
    assert_snapshot!(refused(&scratch), @"error: crds.toml, line 9: unknown field `keeps`, expected one of `api_version`, `kind`, `reference`, `keep`, `names`; correct the entry");
}

#[test]
fn a_digest_that_is_none() {
    let scratch = imported();
    let text = lock("https://example.org/example.yaml", "", "Example", "")
        .replace(&sha256(b""), "sha256:abc");
    scratch.write("crds.toml", text);
    assert_snapshot!(refused(&scratch), @r#"error: crds.toml, line 4: "sha256:abc" is not 64 hexadecimal digits, which is what sha256sum prints for a file; correct the entry"#);
}

#[test]
fn an_api_version_without_a_version() {
    let scratch = imported();
    let text = lock("https://example.org/example.yaml", "", "Example", "")
        .replace("example.org/v1\"", "example.org\"");
    scratch.write("crds.toml", text);
    assert_snapshot!(refused(&scratch), @"error: crds.toml: the api_version example.org of Example is not a group and a version; write it like networking.istio.io/v1");
}

#[test]
fn a_kind_that_is_listed_twice() {
    let more = "[[source.kind]]\napi_version = \"example.org/v1\"\nkind = \"Example\"";
    assert_snapshot!(refused_crd(&crd("Example", SPEC), "Example", more), @"error: crds.toml: Example of example.org/v1 is listed twice (for https://example.org/v1.2.3/example.yaml and before it for https://example.org/v1.2.3/example.yaml); remove one of them");
}

#[test]
fn a_file_that_is_not_the_listed_one() {
    let scratch = imported();
    scratch.write("upstream/example.yaml", crd("Example", SPEC) + "# changed\n");
    let message = refused(&scratch);
    let actual = sha256((crd("Example", SPEC) + "# changed\n").as_bytes());
    let expected = sha256(crd("Example", SPEC).as_bytes());
    assert_snapshot!(message.replace(&actual, "<actual>").replace(&expected, "<expected>"), @"error: upstream/example.yaml has the sha256 <actual>, but crds.toml expects <expected>; take the file of the release that crds.toml names, or correct release and sha256 there after reading what changed");
}

#[test]
fn a_file_that_is_not_there() {
    let scratch = imported();
    fs::remove_file(scratch.path("upstream/example.yaml")).expect("a file");
    let cache = scratch.path("cache").display().to_string();
    assert_snapshot!(refused(&scratch).replace(&cache, "<cache>"), @"
    error: crds.toml locks 1 file that is neither in upstream nor in the cache, <cache>/manifests-released; put it there under any name, such as by this command, or download what is not there with --download:
      curl --fail --location --output upstream/ba51246a9fa3-example.yaml --url https://example.org/v1.2.3/example.yaml
    ");
}

#[test]
fn a_folder_that_is_not_there() {
    let message = refusal(&imported(), |scratch| scratch.import(&["--from", "nowhere"]));
    assert_snapshot!(message, @"error: nowhere cannot be read: No such file or directory (os error 2); name a readable file or folder with --from");
}

#[test]
fn a_file_that_is_no_yaml() {
    assert_snapshot!(refused_crd("a: [1\nb: 2\n", "Example", ""), @"error: upstream/example.yaml: document 1 is not a valid CRD: did not find expected ',' or ']' at line 2 column 2, while parsing a flow sequence at line 1 column 4; compare it with the release it was taken from");
}

#[test]
fn a_crd_without_a_scope() {
    let broken = crd("Example", SPEC).replace("  scope: Namespaced\n", "");
    assert_snapshot!(refused_crd(&broken, "Example", ""), @"error: upstream/example.yaml: document 1 is not a valid CRD: spec: missing field `scope` at line 6 column 3; compare it with the release it was taken from");
}

#[test]
fn a_schema_with_a_wrong_value() {
    let broken = crd("Example", &SPEC.replace("[hosts]", "hosts"));
    assert_snapshot!(refused_crd(&broken, "Example", ""), @r#"error: upstream/example.yaml: document 1 is not a valid CRD: spec.versions[0].schema.openAPIV3Schema.properties.spec.required: invalid type: string "hosts", expected a sequence at line 24 column 23; compare it with the release it was taken from"#);
}

#[test]
fn a_schema_with_an_unknown_type() {
    let broken = crd("Example", &SPEC.replace("{route: {type: string}}", "{route: {type: text}}"));
    assert_snapshot!(refused_crd(&broken, "Example", ""), @"error: https://example.org/v1.2.3/example.yaml, release v1.2.3: Example of example.org/v1: spec.http.route has the type text, which OpenAPI does not have; compare the CRD with the release it was taken from");
}

#[test]
fn a_crd_of_an_older_form() {
    let broken =
        crd("Example", SPEC).replace("apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1");
    assert_snapshot!(refused_crd(&broken, "Example", ""), @"error: upstream/example.yaml: document 1 is a CRD of apiVersion apiextensions.k8s.io/v1beta1, but only apiextensions.k8s.io/v1 is supported; choose a release that ships it");
}

#[test]
fn a_file_that_is_no_text() {
    let scratch = imported();
    let bytes = b"kind: \xff\n";
    scratch.write("upstream/example.yaml", bytes);
    let text = lock("https://example.org/example.yaml", "", "Example", "")
        .replace(&sha256(b""), &sha256(bytes));
    scratch.write("crds.toml", text);
    assert_snapshot!(refused(&scratch), @"error: upstream/example.yaml: byte 6 is not UTF-8; compare the file with the release it was taken from");
}

#[test]
fn two_documents_for_one_kind() {
    let twice = format!("{}---\n{}", crd("Example", SPEC), crd("Example", SPEC));
    assert_snapshot!(refused_crd(&twice, "Example", ""), @"error: Example of example.org is defined by two documents of upstream/example.yaml; keep one of them");
}

#[test]
fn a_kind_that_the_file_does_not_define() {
    assert_snapshot!(refused_crd(&crd("Example", SPEC), "Sample", ""), @"error: upstream/example.yaml defines no Sample of example.org, which crds.toml lists; correct the entry, the file defines Example of example.org");
}

#[test]
fn a_version_that_is_not_served() {
    let broken = crd("Example", SPEC).replace("served: true", "served: false");
    assert_snapshot!(refused_crd(&broken, "Example", ""), @"error: upstream/example.yaml: Example of example.org has no served version v1; choose another version, it has none");
}

#[test]
fn a_kept_path_that_the_crd_does_not_have() {
    let keep = "keep = [\"spec.hosts\", \"spec.http.router\"]";
    assert_snapshot!(refused_crd(&crd("Example", SPEC), "Example", keep), @"error: crds.toml keeps spec.http.router of Example (example.org/v1), which the CRD does not have; correct the path or remove it");
}

#[test]
fn kept_paths_without_what_is_required() {
    assert_snapshot!(refused_crd(&crd("Example", SPEC), "Example", "keep = [\"spec.http\"]"), @"error: crds.toml does not keep spec.hosts of Example (example.org/v1), which the CRD requires; add it to keep");
}

#[test]
fn a_name_for_a_path_without_a_type() {
    let names = "names = { \"spec.hosts\" = \"Hosts\" }";
    assert_snapshot!(refused_crd(&crd("Example", SPEC), "Example", names), @"error: the names of Example in crds.toml have spec.hosts, where no type is generated; correct the path or remove it");
}

#[test]
fn a_name_that_rust_does_not_take() {
    let names = "names = { \"spec.mode\" = \"the-mode\" }";
    assert_snapshot!(refused_crd(&crd("Example", SPEC), "Example", names), @r#"error: the names of Example in crds.toml have "the-mode", which is not valid for a Rust type; write it like TheMode"#);
}

#[test]
fn a_name_that_another_type_has() {
    let names = "names = { \"spec.mode\" = \"Example\" }";
    assert_snapshot!(refused_crd(&crd("Example", SPEC), "Example", names), @"error: the name Example in crds.toml is already taken in its group version; choose another one");
}

#[test]
fn shapes_that_several_kinds_share_without_a_name() {
    let spec = "
        type: object
        properties:
          owner: {type: object, properties: {name: {type: string}}}
          modes: {type: array, items: {type: string, enum: [A, B]}}
    ";
    let other = "
        type: object
        properties:
          user: {type: object, properties: {name: {type: string}}}
          mode: {type: string, enum: [A, B]}
    ";
    let both = format!("{}---\n{}", crd("Example", spec), crd("Another", other));
    let scratch = Scratch::new();
    let another = "[[source.kind]]\napi_version = \"example.org/v1\"\nkind = \"Another\"\n";
    scratch.lock(&both, "Example", another);
    assert_snapshot!(refused(&scratch), @r#"
    error: kinds of example.org/v1 share shapes that have no name in crds.toml: a name derived from one kind's property would be wrong for the others. Choose a name that fits all of them, and add:
      # kind = "Example"
      [source.kind.names]
      "spec.modes" = "…"  # spec.modes[] of Example, spec.mode of Another
      "spec.owner" = "…"  # spec.owner of Example, spec.user of Another
    "#);
    // Any place that uses a shape may name it.
    scratch.lock(
        &both,
        "Example",
        &format!(
            "names = {{ \"spec.owner\" = \"Person\" }}\n{another}names = {{ \"spec.mode\" = \"Mode\" }}\n"
        ),
    );
    let outcome = scratch.import(&["--from", "upstream"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    // Exploring a release needs no names.
    let outcome = scratch.import_all(&[]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
}

#[test]
fn names_that_the_api_server_refuses() {
    let long = "k".repeat(300);
    let cases = [
        ("group: example.org", "group: \"example.org\\npub fn injected() {}\""),
        ("group: example.org", "group: ../../etc"),
        ("group: example.org", "group: ''"),
        ("kind: Example\n", "kind: Größe\n"),
        ("kind: Example\n", &format!("kind: {long}\n")),
        ("plural: examples", "plural: a/b"),
        ("name: v1\n", "name: \"v1\\n\"\n"),
    ];
    let mut messages = Vec::new();
    for (from, to) in cases {
        let scratch = imported();
        scratch.write("upstream/example.yaml", crd("Example", SPEC).replace(from, to));
        messages.push(refusal(&scratch, |scratch| scratch.import_all(&[])));
    }
    assert_snapshot!(messages.concat(), @r#"
    error: upstream/example.yaml: the group "example.org\npub fn injected() {}" is no DNS name, which the API server refuses, too; compare it with the release it was taken from
    error: upstream/example.yaml: the group "../../etc" is no DNS name, which the API server refuses, too; compare it with the release it was taken from
    error: upstream/example.yaml: the group "" is no DNS name, which the API server refuses, too; compare it with the release it was taken from
    error: upstream/example.yaml: the kind "Größe" of example.org is no name of at most 63 letters, digits and dashes that begins with a letter, which the API server refuses, too; compare it with the release it was taken from
    error: upstream/example.yaml: the kind "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"… of example.org is no name of at most 63 letters, digits and dashes that begins with a letter, which the API server refuses, too; compare it with the release it was taken from
    error: upstream/example.yaml: the plural "a/b" of example.org is no name of at most 63 letters, digits and dashes that begins with a letter, which the API server refuses, too; compare it with the release it was taken from
    error: upstream/example.yaml: the version "v1\n" of Example (example.org) is no name of at most 63 lower-case letters, digits and dashes that begins with a letter, which the API server refuses, too; compare it with the release it was taken from
    "#);
}

#[test]
fn a_property_that_is_written_twice() {
    let broken =
        crd("Example", &SPEC.replace("      mode:", "      hosts: {type: string}\n      mode:"));
    assert_snapshot!(refused_crd(&broken, "Example", ""), @r#"error: upstream/example.yaml: document 1 is not a valid CRD: spec.versions[0].schema.openAPIV3Schema.properties.spec.properties: the property "hosts" is written twice at line 26 column 15; compare it with the release it was taken from"#);
}

#[test]
fn what_costs_more_than_it_says() {
    let brackets = crd("Example", SPEC) + &format!("extra: {}", "[".repeat(200_000));
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        let _ = writeln!(bomb, "a{level}: &a{level} [{before}]");
    }
    bomb.push_str(&crd("Example", SPEC));
    let properties: Vec<String> =
        (0..20_000).map(|number| format!("      p{number}: {{type: string}}")).collect();
    let wide = crd("Example", &(SPEC.to_owned() + &properties.join("\n")));
    let values: Vec<String> = (0..20_000).map(|number| format!("v{number}")).collect();
    let values = crd("Example", &SPEC.replace("[A, B]", &format!("[{}]", values.join(", "))));
    let messages: Vec<String> =
        [brackets, bomb, wide, values].iter().map(|crd| refused_crd(crd, "Example", "")).collect();
    assert_snapshot!(messages.concat(), @"
    error: upstream/example.yaml is not read: it is nested more than 120 levels deep, in line 30; compare it with the release it was taken from
    error: upstream/example.yaml is not read: its aliases repeat more than 100000 values, in line 5; compare it with the release it was taken from
    error: upstream/example.yaml is not read: it has an object or list of more than 10000 entries, in line 10026; compare it with the release it was taken from
    error: upstream/example.yaml: document 1 is not a valid CRD: spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.mode: more than 10000 values at line 28 column 21; compare it with the release it was taken from
    ");
}

#[test]
fn a_template_of_a_helm_chart() {
    let scratch = imported();
    let template =
        format!("{{{{- if .Values.crds.enabled }}}}\n{}{{{{- end }}}}\n", crd("Example", SPEC));
    scratch.write("upstream/chart/Chart.yaml", "name: example\nversion: 1.0.0\n");
    scratch.write("upstream/chart/templates/crd.yaml", &template);
    fs::remove_file(scratch.path("upstream/example.yaml")).expect("a file");
    let everything = refusal(&scratch, |scratch| scratch.import_all(&[]));
    assert_snapshot!(everything, @"error: upstream/chart/templates/crd.yaml is a template of a Helm chart and no CRD before it is rendered; run `helm template crds upstream/chart --include-crds > crds.yaml`, with --set for the value that turns the CRDs on if the chart has one, and name crds.yaml with --from, or take a release's file that is rendered");
    assert_snapshot!(refused_crd(&template, "Example", ""), @"error: upstream/example.yaml is a template of a Helm chart and no CRD before it is rendered; run `helm template crds CHART --include-crds > crds.yaml`, with --set for the value that turns the CRDs on if the chart has one, and name crds.yaml with --from, or take a release's file that is rendered");
}

#[test]
fn a_kind_with_the_module_of_shared_types() {
    assert_snapshot!(refused_crd(&crd("SharedTypes", SPEC), "SharedTypes", ""), @"error: https://example.org/v1.2.3/example.yaml, release v1.2.3: SharedTypes of example.org/v1: it needs the module shared_types, which is taken; leave it out");
}

#[test]
fn two_groups_with_one_module() {
    let scratch = imported();
    let other = crd("Sample", SPEC).replace("example.org", "example.com");
    let both = format!("{}---\n{other}", crd("Example", SPEC));
    let sample = "[[source.kind]]\napi_version = \"example.com/v1\"\nkind = \"Sample\"\n";
    scratch.lock(&both, "Example", sample);
    assert_snapshot!(refused(&scratch), @"error: example.com/v1 and example.org/v1 lead to the same module; leave one of them out of crds.toml");
}

#[test]
fn a_folder_without_any_crd() {
    let scratch = imported();
    fs::remove_file(scratch.path("upstream/example.yaml")).expect("a file");
    assert_snapshot!(refusal(&scratch, |scratch| scratch.import_all(&[])), @"error: upstream holds no CRD in a file that ends in .yaml, .yml, .json; name another one with --from");
}

#[test]
fn everything_without_a_folder_to_write_to() {
    let message = refusal(&imported(), |scratch| scratch.run(&["--all", "--from", "upstream"]));
    assert!(message.contains("--output <DIR>"), "{message}");
}

#[test]
fn a_missing_rustfmt() {
    let arguments = ["--output", "out", "--lock", "crds.toml", "--from", "upstream"];
    let message = refusal(&imported(), |scratch| scratch.run_with(&arguments, &[("PATH", "")]));
    assert!(message.contains("rustfmt cannot be started"), "{message}");
    assert!(message.contains("rustup component add rustfmt"), "{message}");
}
