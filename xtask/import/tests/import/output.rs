//! Changes on disk: only what is needed, complete files, only our own files.

use std::fs;

use crate::support::{Outcome, Scratch, crd};
use insta::assert_snapshot;

const SPEC: &str = "{type: object, properties: {name: {type: string, maxLength: 9}}}";

fn imported() -> Scratch {
    let scratch = Scratch::new();
    scratch.lock(&crd("Example", SPEC), "Example", "");
    let outcome = import(&scratch);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    scratch
}

fn import(scratch: &Scratch) -> Outcome {
    scratch.import(&["--from", "upstream"])
}

fn check(scratch: &Scratch) -> Outcome {
    scratch.import(&["--from", "upstream", "--check"])
}

#[test]
fn the_same_input_is_the_same_output_and_is_not_written_again() {
    let (one, other) = (imported(), imported());
    assert_eq!(one.output(), other.output());
    let outcome = import(&one);
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (0, "1 kind in out: 0 written, 0 removed, 5 unchanged\n")
    );
}

#[test]
fn a_source_is_found_by_its_digest_whatever_it_is_called() {
    let scratch = imported();
    fs::create_dir(scratch.path("upstream/below")).expect("a folder");
    fs::rename(scratch.path("upstream/example.yaml"), scratch.path("upstream/below/other.txt"))
        .expect("a file");
    assert_eq!(check(&scratch).code, 0);
    assert_eq!(scratch.import(&["--check", "--from", "upstream/below/other.txt"]).code, 0);
}

#[test]
fn check_says_nothing_where_nothing_differs() {
    let scratch = imported();
    let outcome = check(&scratch);
    assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (0, "", ""));
}

#[test]
fn check_shows_drift_and_writes_nothing() {
    let scratch = imported();
    let path = scratch.path("out/src/example/v1/example.rs");
    let edited = fs::read_to_string(&path)
        .expect("a file")
        .replace("Maximum length: 9", "Maximum length: 10");
    fs::write(&path, edited).expect("a file");
    let before = scratch.output();

    let outcome = check(&scratch);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    assert_snapshot!(outcome.stdout, @r#"
    --- a/src/example/v1/example.rs
    +++ b/src/example/v1/example.rs
    @@ -65,7 +65,7 @@
     pub struct ExampleSpec {
         /// `name`: string.
         ///
    -    /// Maximum length: 10.
    +    /// Maximum length: 9.
         #[serde(skip_serializing_if = "Option::is_none")]
         pub name: Option<String>,
     }
    "#);
    assert_eq!(scratch.output(), before);
}

#[test]
fn check_shows_new_and_stale_files_whole() {
    let scratch = imported();
    scratch.lock(&crd("Sample", SPEC), "Sample", "");
    let outcome = check(&scratch);
    assert_eq!(outcome.code, 1);
    let headers: Vec<&str> = outcome
        .stdout
        .lines()
        .filter(|line| line.starts_with("--- ") || line.starts_with("+++ "))
        .collect();
    assert_snapshot!(headers.join("\n"), @"
    --- a/names.tsv
    +++ b/names.tsv
    --- a/src/example.rs
    +++ b/src/example.rs
    --- a/src/example/v1.rs
    +++ b/src/example/v1.rs
    --- a/src/example/v1/example.rs
    +++ /dev/null
    --- /dev/null
    +++ b/src/example/v1/sample.rs
    --- a/src/lib.rs
    +++ b/src/lib.rs
    ");
}

#[test]
fn an_edit_by_hand_is_replaced() {
    let scratch = imported();
    let before = scratch.output();
    let path = scratch.path("out/src/example/v1/example.rs");
    let edited = fs::read_to_string(&path).expect("a file").replace("name", "title");
    fs::write(&path, edited).expect("a file");
    let outcome = import(&scratch);
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (0, "1 kind in out: 1 written, 0 removed, 4 unchanged\n")
    );
    assert_eq!(scratch.output(), before);
}

#[test]
fn stale_modules_go_and_what_is_not_ours_stays() {
    let scratch = imported();
    scratch.write("out/src/mine.rs", "//! By hand.\n");
    scratch.write("out/Cargo.toml", "");
    scratch.lock(&crd("Sample", SPEC).replace("example.org", "sample.org"), "Sample", "");
    scratch.write(
        "crds.toml",
        fs::read_to_string(scratch.path("crds.toml"))
            .expect("a file")
            .replace("example.org/v1\"", "sample.org/v1\""),
    );
    let outcome = import(&scratch);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let files: Vec<String> = scratch.output().into_keys().collect();
    assert_snapshot!(files.join("\n"), @"
    Cargo.toml
    names.tsv
    src/
    src/lib.rs
    src/mine.rs
    src/sample.rs
    src/sample/
    src/sample/v1.rs
    src/sample/v1/
    src/sample/v1/sample.rs
    ");
}

#[test]
fn a_file_by_hand_is_never_written_over() {
    let scratch = imported();
    scratch.write("out/src/example/v1/example.rs", "//! By hand.\n");
    let before = scratch.output();
    let outcome = import(&scratch);
    assert_eq!(outcome.code, 2);
    assert_snapshot!(outcome.stderr, @"error: out/src/example/v1/example.rs was not generated and would be overwritten; move it away");
    assert_eq!(scratch.output(), before);
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_never_followed() {
    let scratch = imported();
    let path = scratch.path("out/src/example/v1/example.rs");
    fs::rename(&path, scratch.path("elsewhere.rs")).expect("a file");
    std::os::unix::fs::symlink(scratch.path("elsewhere.rs"), &path).expect("a link");
    let outcome = import(&scratch);
    assert_eq!(outcome.code, 2);
    assert_snapshot!(outcome.stderr, @"error: out/src/example/v1/example.rs is not a regular file; move it away");
}

#[test]
fn an_output_that_cannot_be_written_is_left_as_it_was() {
    let scratch = Scratch::new();
    scratch.lock(&crd("Example", SPEC), "Example", "");
    scratch.write("out/src", "a file where a folder has to be");
    let before = scratch.output();
    let outcome = import(&scratch);
    assert_eq!(outcome.code, 2);
    assert_snapshot!(outcome.stderr, @"error: out/src cannot be read: Not a directory (os error 20); put a readable folder there");
    assert_eq!(scratch.output(), before);
}

#[cfg(unix)]
#[test]
fn a_folder_behind_a_symbolic_link_is_never_written_to() {
    let scratch = imported();
    fs::rename(scratch.path("out/src/example"), scratch.path("elsewhere")).expect("a folder");
    std::os::unix::fs::symlink(scratch.path("elsewhere"), scratch.path("out/src/example"))
        .expect("a link");
    let before = fs::read_to_string(scratch.path("elsewhere/v1/example.rs")).expect("a file");
    scratch.lock(&crd("Example", "{type: object}"), "Example", "");
    let outcome = import(&scratch);
    assert_eq!(outcome.code, 2);
    assert_snapshot!(outcome.stderr, @"error: out/src/example is a symbolic link; put a folder there");
    assert_eq!(
        fs::read_to_string(scratch.path("elsewhere/v1/example.rs")).expect("a file"),
        before
    );
}
