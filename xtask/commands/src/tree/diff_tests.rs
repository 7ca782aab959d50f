//! What `cargo xtask render --check` prints.

use std::path::Path;

use tempfile::TempDir;

use super::MARKER;
use super::tests::{Files, apply, files, folder, plan, put, rendered};

/// A folder and files that differ in every possible way.
fn differences() -> (TempDir, Files) {
    let folder = folder();
    let root = folder.path();
    let old = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten";
    apply(
        root,
        &files([
            ("account/deployment-a.yaml", old),
            ("account/same.yaml", "1"),
            ("old/service-a.yaml", "kind: Service"),
        ]),
    );
    let mut desired = files([
        ("account/deployment-a.yaml", &old.replace("five", "5").replace("six", "6")),
        ("account/same.yaml", "1"),
        ("new/service-a.yaml", "kind: Service"),
    ]);
    desired.insert("new/no-newline.yaml".into(), format!("{MARKER}x"));
    (folder, desired)
}

fn diff(root: &Path, desired: &Files, colour: bool) -> String {
    let mut output = Vec::new();
    plan(root, desired).expect("no obstacle").diff(&mut output, colour).expect("memory");
    let text = String::from_utf8(output).expect("UTF-8");
    // Absolute folders lose their slash after `a/` and `b/`.
    let root = root.to_str().expect("UTF-8").trim_start_matches('/');
    text.replace(root, "snapshots/dev")
}

#[test]
fn shows_a_unified_diff() {
    let (folder, desired) = differences();
    insta::assert_snapshot!(diff(folder.path(), &desired, false), @r"
    --- a/snapshots/dev/account/deployment-a.yaml
    +++ b/snapshots/dev/account/deployment-a.yaml
    @@ -3,8 +3,8 @@
     two
     three
     four
    -five
    -six
    +5
    +6
     seven
     eight
     nine
    --- /dev/null
    +++ b/snapshots/dev/new/no-newline.yaml
    @@ -0,0 +1 @@
    +# Rendered from x
    \ No newline at end of file
    --- /dev/null
    +++ b/snapshots/dev/new/service-a.yaml
    @@ -0,0 +1,2 @@
    +# Rendered from services/src/app/account.rs by cargo xtask render
    +kind: Service
    --- a/snapshots/dev/old/service-a.yaml
    +++ /dev/null
    @@ -1,2 +0,0 @@
    -# Rendered from services/src/app/account.rs by cargo xtask render
    -kind: Service
    ");
}

#[test]
fn colours_the_diff_as_git_does() {
    let folder = folder();
    apply(folder.path(), &files([("a/x.yaml", "one")]));
    let text = diff(folder.path(), &files([("a/x.yaml", "1")]), true);
    insta::assert_snapshot!(text.escape_debug().to_string().replace("\\n", "\n"), @r"
    \u{1b}[1m--- a/snapshots/dev/a/x.yaml\u{1b}[0m
    \u{1b}[1m+++ b/snapshots/dev/a/x.yaml\u{1b}[0m
    \u{1b}[36m@@ -1,2 +1,2 @@\u{1b}[0m
     # Rendered from services/src/app/account.rs by cargo xtask render
    \u{1b}[31m-one\u{1b}[0m
    \u{1b}[32m+1\u{1b}[0m
    ");
}

#[test]
fn a_file_with_no_line_in_common_is_replaced_as_one() {
    let folder = folder();
    let desired = files([("a/x.yaml", "1")]);
    put(folder.path().join("a/x.yaml"), &rendered("1").replace('\n', "\r\n"));
    let text = diff(folder.path(), &desired, false).replace('\r', "<CR>");
    insta::assert_snapshot!(text, @r"
    --- a/snapshots/dev/a/x.yaml
    +++ b/snapshots/dev/a/x.yaml
    @@ -1,2 +1,2 @@
    -# Rendered from services/src/app/account.rs by cargo xtask render<CR>
    -1<CR>
    +# Rendered from services/src/app/account.rs by cargo xtask render
    +1
    ");
}

#[test]
fn names_that_would_break_a_line_are_quoted_as_git_does() {
    let folder = folder();
    let root = folder.path().join("a \"name\"\n\t\\ ü");
    let desired = files([("a/x.yaml", "1")]);
    let text = diff(&root, &desired, false);
    let header = text.lines().nth(1).expect("a header");
    let parent = folder.path().to_str().expect("UTF-8");
    assert_eq!(header.replace(parent, "/DIR"), r#"+++ "b/DIR/a \"name\"\n\t\\ ü/a/x.yaml""#);
}
