//! `manifests plan --save` and `--verify`: whether what is deployed is what was reviewed.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const OLD: &str = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}, data: {colour: red, size: '1'}}";
const NEW: &str = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}, data: {colour: blue, size: '1'}}";
const OTHER: &str = "{apiVersion: v1, kind: Secret, metadata: {name: b, namespace: shop}, stringData: {password: hunter2}}";

/// A folder with `from.yaml` and `to.yaml`.
struct Scratch(TempDir);

struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Scratch {
    fn new(from: &[&str], to: &[&str]) -> Self {
        let scratch = Self(TempDir::new().expect("a temporary folder"));
        scratch.write("from.yaml", from);
        scratch.write("to.yaml", to);
        scratch
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, documents: &[&str]) {
        fs::write(self.path(name), documents.join("\n---\n")).expect("an own folder");
    }

    fn plan(&self, options: &[&str]) -> Outcome {
        let output = Command::new(env!("CARGO_BIN_EXE_manifests"))
            .args(["plan", "--from", "from.yaml", "--to", "to.yaml"])
            .args(options)
            .current_dir(self.0.path())
            .output()
            .expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Outcome {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Keeps the plan, which has changes.
    fn saved(&self) -> String {
        let outcome = self.plan(&["--save", "plan.json"]);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        fs::read_to_string(self.path("plan.json")).expect("the file")
    }
}

#[test]
fn what_is_as_it_was_reviewed_is_told_as_such() {
    let scratch = Scratch::new(&[OLD], &[NEW, OTHER]);
    let kept: Value = serde_json::from_str(&scratch.saved()).expect("JSON");
    assert_eq!((&kept["version"], &kept["plans"][0]["environment"]), (&2.into(), &Value::Null));
    assert_eq!(kept["plans"][0]["plan"]["worst"], "in-place");
    assert!(!kept.to_string().contains("hunter2"));

    // The order of keys and documents counts for nothing.
    scratch.write("to.yaml", &[OTHER, "{kind: ConfigMap, apiVersion: v1, data: {size: '1', colour: blue}, metadata: {namespace: shop, name: a}}"]);
    let outcome = scratch.plan(&["--verify", "plan.json"]);
    insta::assert_snapshot!(outcome.stdout, @"what is to be deployed is what was reviewed: 2 objects");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
}

#[test]
fn what_differs_is_told_object_by_object_on_both_sides() {
    let scratch = Scratch::new(&[OLD], &[NEW, OTHER]);
    scratch.saved();
    let third = "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}";
    scratch.write("from.yaml", &[OLD, third]);
    scratch.write("to.yaml", &[OLD, third]);
    let outcome = scratch.plan(&["--verify", "plan.json"]);
    insta::assert_snapshot!(outcome.stdout, @"
    what is to be deployed is not what was reviewed: 1 changed, 1 new, 1 gone, of 2 objects
      ~ ConfigMap shop/a
      + Namespace shop
      - Secret shop/b
    what it was compared with has changed since, so that it may have other effects: 0 changed, 1 new, 0 gone, of 2 objects
      + Namespace shop
    ");
    assert_eq!(outcome.code, Some(2));
}

#[test]
fn a_second_object_of_one_identity_is_not_overlooked() {
    let scratch = Scratch::new(&[OLD], &[NEW, OLD]);
    scratch.saved();
    for to in [&[NEW][..], &[NEW, NEW]] {
        scratch.write("to.yaml", to);
        assert_eq!(scratch.plan(&["--verify", "plan.json"]).code, Some(2));
    }
    scratch.write("to.yaml", &[OLD, NEW]);
    assert_eq!(scratch.plan(&["--verify", "plan.json"]).code, Some(0));
}

#[test]
fn what_cannot_be_read_is_neither_kept_nor_verified() {
    let scratch = Scratch::new(&[OLD], &[NEW]);
    scratch.saved();
    fs::write(scratch.path("to.yaml"), format!("{NEW}\n---\na: [\n")).expect("a file");
    assert_eq!(scratch.plan(&["--verify", "plan.json"]).code, Some(1));
    let outcome = scratch.plan(&["--save", "other.json"]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("other.json was not written"), "{}", outcome.stderr);
    assert!(!scratch.path("other.json").exists());
}

#[test]
fn files_that_are_no_plan_are_refused() {
    let scratch = Scratch::new(&[OLD], &[NEW]);
    let kept = scratch.saved();
    let mut messages = String::new();
    let mut refused = |name: &str, text: &str| {
        fs::write(scratch.path("plan.json"), text).expect("a file");
        let outcome = scratch.plan(&["--verify", "plan.json"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{name}");
        let _ = write!(messages, "{name}: {}", outcome.stderr);
    };
    refused("empty", "");
    refused("cut off", &kept[..kept.len() / 2]);
    refused("something else", "{\"plans\": []}");
    refused("an older form", &kept.replacen("\"version\": 2", "\"version\": 1", 1));
    refused("a newer form", &kept.replacen("\"version\": 2", "\"version\": 3", 1));
    let digest = kept.split("\"ConfigMap shop/a\": \"").nth(1).expect("a digest");
    refused("edited", &kept.replacen(&digest[..64], &"0".repeat(64), 1));
    refused(
        "of an environment",
        &kept.replacen("\"environment\": null", "\"environment\": \"prd\"", 1),
    );
    fs::remove_file(scratch.path("plan.json")).expect("a file");
    messages.push_str(&scratch.plan(&["--verify", "plan.json"]).stderr);
    messages.push_str(&scratch.plan(&["--verify", "."]).stderr);
    insta::assert_snapshot!(messages);
}

#[test]
fn a_file_is_written_as_a_whole_or_not_at_all() {
    let scratch = Scratch::new(&[OLD], &[NEW]);
    scratch.saved();
    symlink("plan.json", scratch.path("link.json")).expect("a link");
    scratch.write("to.yaml", &[OTHER]);
    assert_eq!(scratch.plan(&["--save", "link.json"]).code, Some(2));
    assert!(scratch.path("link.json").is_symlink());
    assert_eq!(scratch.plan(&["--verify", "plan.json"]).code, Some(0));
    for place in ["nowhere/plan.json", ".", "/dev/null", ""] {
        let outcome = scratch.plan(&["--save", place]);
        assert_eq!(outcome.code, Some(1), "{place}: {}", outcome.stderr);
    }
    let names: Vec<_> = fs::read_dir(scratch.0.path()).expect("a folder").collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(Path::new("/dev/null").exists());
}

#[test]
fn verifying_prints_no_plan() {
    let scratch = Scratch::new(&[OLD], &[NEW]);
    scratch.saved();
    for options in [
        &["--save", "x"][..],
        &["--fail-on", "delete"],
        &["--format", "json"],
        &["--write", "json=x"],
    ] {
        let outcome = scratch.plan(&[&["--verify", "plan.json"], options].concat());
        assert_eq!(outcome.code, Some(1), "{options:?}");
        assert!(outcome.stderr.contains("cannot be used with"), "{}", outcome.stderr);
    }
}
