//! `cargo xtask render` as its users meet it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .output()
        .expect("the program that was just built")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

/// A folder with every environment rendered.
fn rendered() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let output = render(folder.path(), &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    folder
}

fn render(folder: &Path, arguments: &[&str]) -> Output {
    let folder = folder.to_str().expect("a path in UTF-8");
    xtask(&[&["render", "--output", folder], arguments].concat())
}

const ACCOUNT: &str = "dev/account/deployment-account-app-deployment.yaml";

#[test]
fn the_snapshots_are_what_is_rendered() {
    let output = xtask(&["render", "--check"]);
    assert!(
        output.status.success(),
        "the snapshots differ from what the code renders:\n{}{}\nread the difference; if it is what you want: cargo xtask render",
        stdout(&output),
        stderr(&output)
    );
}

#[test]
fn a_first_render_writes_everything_and_a_second_nothing() {
    let folder = TempDir::new().expect("a temporary folder");
    let first = stdout(&render(folder.path(), &["dev"]));
    let files = rendered_files(&folder.path().join("dev"));
    assert!(
        first.starts_with(&format!("dev: {files} objects in"))
            && first.contains(&format!(": {files} new, 0 changed, 0 removed, 0 unchanged, ")),
        "{first}"
    );
    let second = stdout(&render(folder.path(), &["dev"]));
    assert!(
        second.contains(&format!(": 0 new, 0 changed, 0 removed, {files} unchanged, ")),
        "{second}"
    );
}

/// The number of files in the folders of the bundles.
fn rendered_files(environment: &Path) -> usize {
    let bundles = fs::read_dir(environment).expect("a rendered environment");
    bundles
        .map(|bundle| {
            let bundle = bundle.expect("a readable folder").path();
            fs::read_dir(bundle).expect("a rendered bundle").count()
        })
        .sum()
}

#[test]
fn a_file_names_the_rust_file_that_it_comes_from() {
    let folder = rendered();
    let contents = fs::read_to_string(folder.path().join(ACCOUNT)).expect("a rendered file");
    insta::assert_snapshot!(contents.lines().take(4).collect::<Vec<_>>().join("\n"), @"
    # Rendered from services/src/app/account.rs by `cargo xtask render`: change that file, not this one.
    apiVersion: apps/v1
    kind: Deployment
    metadata:
    ");
}

#[test]
fn environments_speak_in_their_order() {
    let folder = TempDir::new().expect("a temporary folder");
    let output = stdout(&render(folder.path(), &["prd", "dev"]));
    let names: Vec<_> = output.lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(names, ["dev", "prd"]);
}

#[test]
fn changed_files_can_be_named() {
    let folder = rendered();
    let named = || {
        let output = stdout(&render(folder.path(), &["dev", "--names"]));
        output.trim_end().rsplit(" ms").next().unwrap_or_default().to_owned()
    };
    fs::remove_file(folder.path().join(ACCOUNT)).expect("a rendered file");
    assert_eq!(named(), ": account/deployment-account-app-deployment.yaml");
    assert_eq!(named(), "");
    let all = TempDir::new().expect("a temporary folder");
    let output = stdout(&render(all.path(), &["dev", "--names"]));
    assert!(output.trim_end().ends_with(" more"), "{output}");
}

#[test]
fn one_environment_can_be_named() {
    let folder = TempDir::new().expect("a temporary folder");
    assert!(render(folder.path(), &["prd"]).status.success());
    assert!(folder.path().join("prd").exists());
    assert!(!folder.path().join("dev").exists());
}

#[test]
fn an_unknown_environment_is_refused_with_the_known_ones() {
    let output = xtask(&["render", "nowhere"]);
    assert_eq!(output.status.code(), Some(2));
    let known: Vec<_> = environments::ALL.iter().map(|entry| entry.name).collect();
    let message = stderr(&output).replace(&known.join(", "), "(every environment)");
    insta::assert_snapshot!(message, @"
    error: invalid value 'nowhere' for '[ENV]...'
      [possible values: (every environment)]

    For more information, try '--help'.
    ");
}

#[test]
fn standard_output_gets_one_stream() {
    let output = xtask(&["render", "dev", "--stdout"]);
    assert!(output.status.success());
    let stream = stdout(&output);
    let documents = stream.lines().filter(|line| *line == "---").count();
    assert_eq!(documents, rendered_files(&rendered().path().join("dev")));
}

#[test]
fn check_shows_the_difference_and_writes_nothing() {
    let folder = rendered();
    let file = folder.path().join(ACCOUNT);
    let edited =
        fs::read_to_string(&file).expect("a rendered file").replace("replicas: 1", "replicas: 7");
    fs::write(&file, &edited).expect("a writable file");
    let output = render(folder.path(), &["--check"]);
    assert_eq!(output.status.code(), Some(1));
    let folder_name = folder.path().to_str().expect("a path in UTF-8").to_owned();
    insta::assert_snapshot!(stdout(&output).replace(&folder_name, "DIR"), @"
    --- aDIR/dev/account/deployment-account-app-deployment.yaml
    +++ bDIR/dev/account/deployment-account-app-deployment.yaml
    @@ -9,7 +9,7 @@
         env: dev
       namespace: services
     spec:
    -  replicas: 7
    +  replicas: 1
       revisionHistoryLimit: 5
       selector:
         matchLabels:
    ");
    insta::assert_snapshot!(stderr(&output).replace(&folder_name, "DIR"), @"DIR/dev: 1 files differ from what is rendered; accept with: cargo xtask render --output DIR");
    assert_eq!(fs::read_to_string(&file).expect("a file"), edited);
}

#[test]
fn what_is_no_longer_rendered_is_removed() {
    let folder = rendered();
    let stale = folder.path().join("dev/account/service-old.yaml");
    fs::write(&stale, "# Rendered from services/src/app/account.rs\nkind: Service\n")
        .expect("a writable folder");
    assert!(render(folder.path(), &[]).status.success());
    assert!(!stale.exists());
}

#[test]
fn a_file_of_somebody_else_stays_and_is_reported() {
    let folder = rendered();
    let foreign = folder.path().join("dev/account/debug.yaml");
    fs::write(&foreign, "kind: Pod\n").expect("a writable folder");
    let written = render(folder.path(), &[]);
    assert!(written.status.success());
    assert!(stderr(&written).contains("debug.yaml was not rendered, but Argo CD would apply it"));
    assert_eq!(render(folder.path(), &["--check"]).status.code(), Some(1));
    assert_eq!(fs::read_to_string(&foreign).expect("a file"), "kind: Pod\n");
}

#[test]
fn a_file_of_somebody_else_in_the_way_stops_before_anything_is_written() {
    let folder = rendered();
    let file = folder.path().join(ACCOUNT);
    fs::write(&file, "kind: Pod\n").expect("a writable file");
    fs::remove_file(folder.path().join("dev/account/service-account-app-service.yaml"))
        .expect("a rendered file");
    let output = render(folder.path(), &["dev"]);
    assert_eq!(output.status.code(), Some(2));
    let folder_name = folder.path().to_str().expect("a path in UTF-8").to_owned();
    insta::assert_snapshot!(stderr(&output).replace(&folder_name, "DIR"), @"error: `DIR/dev/account/deployment-account-app-deployment.yaml` is a file that `cargo xtask render` did not write (its first line lacks the marker) where a rendered file belongs; nothing was written: move or delete it, then run again");
    assert_eq!(fs::read_to_string(&file).expect("a file"), "kind: Pod\n");
    assert!(!folder.path().join("dev/account/service-account-app-service.yaml").exists());
}

#[test]
fn a_symbolic_link_is_never_followed() {
    let folder = rendered();
    let elsewhere = TempDir::new().expect("a temporary folder");
    let file = folder.path().join(ACCOUNT);
    let target = elsewhere.path().join("target.yaml");
    fs::rename(&file, &target).expect("a rendered file");
    symlink(&target, &file).expect("a link");
    fs::write(&target, "# Rendered from elsewhere\n").expect("a writable file");
    let output = render(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&target).expect("a file"), "# Rendered from elsewhere\n");
}

#[test]
fn an_output_that_cannot_be_a_folder_is_named() {
    let output = xtask(&["render", "dev", "--output", "/dev/null"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(stderr(&output), @"
    error: cannot read `/dev/null/dev`: Not a directory (os error 20); nothing was written: make it readable, then run again
    ");
}
