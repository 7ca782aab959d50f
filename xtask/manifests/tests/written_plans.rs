//! `manifests plan --write`: the plan in several formats at once.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

fn plan(folder: &Path, options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_manifests"))
        .args(["plan", "--from", "from.yaml", "--to", "to.yaml"])
        .args(options)
        .current_dir(folder)
        .output()
        .expect("the program starts")
}

fn scratch() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (name, colour) in [("from.yaml", "red"), ("to.yaml", "blue")] {
        let object = format!(
            "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a}}, data: {{colour: {colour}}}}}"
        );
        fs::write(folder.path().join(name), object).expect("an own folder");
    }
    folder
}

#[test]
fn each_file_has_what_the_format_alone_prints() {
    let folder = scratch();
    let files = ["text=a.txt", "markdown=a.md", "json=a.json", "html=a.html"];
    let options: Vec<&str> = files.iter().flat_map(|file| ["--write", file]).collect();
    let output = plan(folder.path(), &options);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    for file in files {
        let (format, name) = file.split_once('=').expect("a format");
        let alone = plan(folder.path(), &["--format", format]).stdout;
        assert!(!alone.is_empty(), "{file}");
        let written = fs::read(folder.path().join(name)).expect("the file");
        assert_eq!(String::from_utf8(written), String::from_utf8(alone), "{file}");
    }
}

#[test]
fn what_cannot_be_written_is_no_plan() {
    let folder = scratch();
    let mut messages = String::new();
    for file in ["plan.md", "markdown=", "pdf=plan.pdf", "markdown=nowhere/plan.md"] {
        let output = plan(folder.path(), &["--write", file]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{file}");
        let error = String::from_utf8_lossy(&output.stderr);
        let line = error.lines().next().unwrap_or_default();
        // Behind it stands a name of the moment.
        messages.push_str(line.split(" at path").next().unwrap_or_default());
        messages.push('\n');
    }
    insta::assert_snapshot!(messages);
}
