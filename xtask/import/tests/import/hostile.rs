//! Names and places that nobody means well with, and programs that are missing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::support::{Scratch, crd, sha256};
use insta::assert_snapshot;

const SPEC: &str = "{type: object, properties: {name: {type: string}}}";

/// Every line before the body of every generated file.
fn headers(scratch: &Scratch) -> Vec<String> {
    let texts = scratch.output().into_values().filter(|text| text.starts_with("// @generated"));
    let before = |text: String| {
        let end = text.find("// sha256 of the lines below").expect("a digest");
        text[..end].lines().map(str::to_owned).collect::<Vec<_>>()
    };
    texts.flat_map(before).collect()
}

#[test]
fn a_release_with_a_line_break_stays_in_the_comment() {
    let scratch = Scratch::new();
    scratch.lock(&crd("Example", SPEC), "Example", "");
    let text = fs::read_to_string(scratch.path("crds.toml")).expect("a file");
    let hostile = r#"release = "v1\npub fn injected() {}\r\u202Eback""#;
    scratch.write("crds.toml", text.replace(r#"release = "v1.2.3""#, hostile));
    let outcome = scratch.import(&["--from", "upstream"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let headers = headers(&scratch);
    assert!(headers.iter().all(|line| line.starts_with("// ")), "{headers:#?}");
    let escaped = r"release v1\npub fn injected() {}\r\u{202e}back";
    assert!(headers.iter().any(|line| line.ends_with(escaped)), "{headers:#?}");
}

#[test]
fn a_file_whose_name_has_a_line_break_stays_in_the_comment() {
    let scratch = Scratch::new();
    scratch.write("upstream/a\npub fn injected() {}.yaml", crd("Example", SPEC));
    let outcome = scratch.import_all(&[]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let headers = headers(&scratch);
    assert!(headers.iter().all(|line| line.starts_with("// ")), "{headers:#?}");
}

#[test]
fn a_name_that_no_file_can_have_is_called_too_long() {
    let scratch = Scratch::new();
    let kind = format!("E{}", "x".repeat(299));
    scratch.write("upstream/example.yaml", crd(&kind, SPEC));
    let outcome = scratch.import_all(&[]);
    assert_eq!(outcome.code, 2);
    assert_snapshot!(outcome.stderr, @r#"error: upstream/example.yaml: the kind "Exxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"… of example.org is no name of at most 63 letters, digits and dashes that begins with a letter, which the API server refuses, too; compare it with the release it was taken from"#);
    assert!(scratch.output().is_empty());
}

#[test]
fn a_file_named_by_itself_is_read_whatever_it_is_called() {
    for name in ["crds.txt", "crds.YAML"] {
        let scratch = Scratch::new();
        scratch.write(name, crd("Example", SPEC));
        let outcome = scratch.run(&["--all", "--from", name, "--output", "out"]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    }
}

#[test]
fn a_source_that_is_not_there_is_not_called_empty() {
    let scratch = Scratch::new();
    let outcome = scratch.run(&["--all", "--from", "nowhere", "--output", "out"]);
    assert_eq!(outcome.code, 2);
    assert_snapshot!(outcome.stderr, @"error: nowhere cannot be read: No such file or directory (os error 2); name a readable file or folder with --from");
}

/// Opening it waits for somebody who writes.
#[test]
fn a_pipe_is_refused() {
    let scratch = Scratch::new();
    let made = Command::new("mkfifo").arg(scratch.path("pipe")).status().expect("mkfifo");
    assert!(made.success());
    scratch.lock(&crd("Example", SPEC), "Example", "");
    for arguments in [&["--from", "pipe"][..], &["--all", "--from", "pipe"]] {
        let mut all = vec!["--output", "out"];
        if arguments.len() == 2 {
            all.extend(["--lock", "crds.toml"]);
        }
        all.extend(arguments);
        let outcome = scratch.run(&all);
        assert_eq!(outcome.code, 2);
        assert_eq!(
            outcome.stderr,
            "error: pipe cannot be read: it is no regular file; name a readable file or folder with --from\n"
        );
    }
}

/// The message of an import with this folder as the whole PATH.
fn with_path(path: &str) -> String {
    let scratch = Scratch::new();
    scratch.lock(&crd("Example", SPEC), "Example", "");
    let arguments = ["--output", "out", "--lock", "crds.toml", "--from", "upstream"];
    let outcome = scratch.run_with(&arguments, &[("PATH", path)]);
    assert_eq!(outcome.code, 2);
    assert!(scratch.output().is_empty());
    outcome.stderr
}

#[test]
fn without_rustfmt_the_way_out_is_told() {
    assert_snapshot!(with_path("/nowhere"), @"error: rustfmt cannot be started: No such file or directory (os error 2); install it with `rustup component add rustfmt`");
}

/// rustup puts a program of every name on the PATH.
#[test]
fn a_rustfmt_that_only_says_that_it_is_not_installed_is_no_bug_of_ours() {
    let folder = tempfile::tempdir().expect("a folder");
    script(
        &folder.path().join("rustfmt"),
        "echo \"error: 'rustfmt' is not installed\" >&2; exit 1",
    );
    let message = with_path(folder.path().to_str().expect("UTF-8"));
    assert_snapshot!(message, @"error: rustfmt is not installed: error: 'rustfmt' is not installed; install it with `rustup component add rustfmt`");
}

#[test]
fn a_digest_in_capitals_is_a_digest() {
    let scratch = Scratch::new();
    let definition = crd("Example", SPEC);
    scratch.lock(&definition, "Example", "");
    let (digest, text) = (
        sha256(definition.as_bytes()),
        fs::read_to_string(scratch.path("crds.toml")).expect("a file"),
    );
    scratch.write("crds.toml", text.replace(&digest, &digest.to_uppercase()));
    let outcome = scratch.import(&["--from", "upstream"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
}

fn script(file: &Path, text: &str) {
    fs::write(file, format!("#!/bin/sh\n{text}\n")).expect("a file");
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("an own file");
}
