//! What an apply writes, and what it leaves alone.

use std::time::Duration;

use serde_json::{Value, json};

use crate::fake::{Fake, Fault, apply, apply_with, config_map, namespace};

const A: &str = "/api/v1/namespaces/shop/configmaps/a";

fn objects() -> Vec<Value> {
    vec![namespace(), config_map("a", "1"), config_map("b", "1"), config_map("c", "1")]
}

#[test]
fn nothing_is_written_twice() {
    let fake = Fake::new();
    let first = fake.run(&apply(), &objects());
    assert_eq!(first.code, Some(0), "{}", first.shown());
    assert_eq!(fake.writes().len(), 4);
    let second = fake.run(&apply(), &objects());
    assert_eq!(second.code, Some(0), "{}", second.shown());
    assert_eq!(fake.writes(), [""; 0]);
    assert!(second.err.contains("0 of 0 written, 4 as they were"), "{}", second.shown());
    let mut changed = objects();
    changed[1]["data"]["key"] = json!("2");
    let third = fake.run(&apply(), &changed);
    insta::assert_snapshot!(third.shown());
    assert_eq!(fake.writes().len(), 1);
    assert_eq!(fake.get(A).expect("a")["data"]["key"], "2");
}

#[test]
fn what_only_a_dry_run_shows_to_be_there_is_not_written() {
    let fake = Fake::new();
    let mut all = objects();
    // This server does not say whose field that is.
    all[1]["metadata"]["annotations"] = json!({"a": "b"});
    assert_eq!(fake.run(&apply(), &all).code, Some(0));
    fake.writes();
    let second = fake.run(&apply(), &all);
    assert_eq!(second.code, Some(0), "{}", second.shown());
    assert_eq!(fake.writes(), [""; 0]);
    assert!(second.err.contains("0 of 0 written, 4 as they were"), "{}", second.shown());
}

#[test]
fn hooks_are_named_because_nobody_runs_them_anew() {
    let fake = Fake::new();
    let mut all = objects();
    all[1]["metadata"]["annotations"] = json!({"helm.sh/hook": "pre-install,pre-upgrade"});
    all[2]["data"]["key"] = json!("see helm.sh/hook");
    let first = fake.run(&apply(), &all);
    assert_eq!(first.code, Some(0), "{}", first.shown());
    let told: Vec<&str> = first.err.lines().filter(|line| line.starts_with("hooks ")).collect();
    assert_eq!(
        told,
        [
            "hooks are written once, in their wave, as other objects are; helm and Argo CD run them anew with each release: ConfigMap shop/a"
        ]
    );
}

#[test]
fn a_diff_writes_nothing() {
    let fake = Fake::new();
    let diff = json!({"diff": {"json": false}});
    let before = fake.run(&diff, &objects());
    assert_eq!(before.code, Some(1), "{}", before.shown());
    assert!(before.out.starts_with("dev: 4 "), "{}", before.shown());
    assert_eq!(fake.writes(), [""; 0]);
    fake.run(&apply(), &objects());
    let after = fake.run(&diff, &objects());
    assert_eq!(after.code, Some(0), "{}", after.shown());
}

#[test]
fn who_is_not_asked_changes_nothing() {
    let fake = Fake::new();
    let run = fake.run(&apply_with("yes", json!(false)), &objects());
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("Nothing was changed: add --yes"), "{}", run.shown());
    assert_eq!(fake.writes(), [""; 0]);
}

#[test]
fn only_what_was_applied_here_is_pruned_and_no_data() {
    let fake = Fake::new();
    let mut all = objects();
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "shop"}});
    all.push(secret);
    fake.run(&apply(), &all);
    // Somebody has copied an object with its labels.
    let mut copy = fake.get(A).expect("a");
    copy["metadata"]["name"] = json!("copy");
    copy["metadata"]["managedFields"][0]["manager"] = json!("kubectl");
    let place = "/api/v1/namespaces/shop/configmaps/copy";
    fake.put(place, copy);
    let rest = vec![namespace(), config_map("b", "1")];
    let diff = fake.run(&json!({"diff": {"json": false}}), &rest);
    insta::assert_snapshot!("diff", diff.shown());
    fake.writes();
    let without = fake.run(&apply(), &rest);
    assert_eq!((without.code, fake.writes().len()), (Some(0), 0), "{}", without.shown());
    let pruned = fake.run(&apply_with("prune", json!(true)), &rest);
    insta::assert_snapshot!("pruned", pruned.shown());
    assert!(fake.get(A).is_none() && fake.get(place).is_some());
    assert!(fake.get("/api/v1/namespaces/shop/secrets/s").is_some());
    let mut task = apply_with("prune", json!(true));
    task["apply"]["pruneData"] = json!(true);
    assert_eq!(fake.run(&task, &rest).code, Some(0));
    assert!(fake.get("/api/v1/namespaces/shop/secrets/s").is_none());
}

#[test]
fn the_status_tells_what_has_become_of_each_bundle() {
    let fake = Fake::new();
    fake.run(&apply(), &objects());
    let mut drifted = fake.get(A).expect("a");
    drifted["data"]["key"] = json!("by hand");
    let mut entry = drifted["metadata"]["managedFields"][0].clone();
    entry["manager"] = json!("kubectl-edit");
    entry["operation"] = json!("Update");
    drifted["metadata"]["managedFields"].as_array_mut().expect("a list").push(entry);
    fake.put(A, drifted);
    let mut wanted = objects();
    wanted.push(config_map("new", "1"));
    wanted.remove(3);
    let run = fake.run(&json!({"status": {"json": false}}), &wanted);
    insta::assert_snapshot!(run.shown());
    let json = fake.run(&json!({"status": {"json": true}}), &wanted);
    let read: Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(read["bundles"]["shop"]["missing"][0], "ConfigMap shop/new");
}

#[test]
fn a_signal_is_told_with_what_was_written_and_the_next_run_does_the_rest() {
    let fake = Fake::new();
    fake.run(&apply(), &[namespace()]);
    fake.writes();
    let many: Vec<Value> = [namespace()]
        .into_iter()
        .chain((0..200).map(|number| config_map(&format!("n{number}"), "1")))
        .collect();
    fake.fault("PATCH", "/configmaps/", 1000, Fault::Slow(Duration::from_millis(300)));
    let child = fake
        .start(&apply(), &many)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program that was just built");
    while fake.get("/api/v1/namespaces/shop/configmaps/n1").is_none() {
        std::thread::sleep(Duration::from_millis(10));
    }
    // Programs in the background of a shell ignore Ctrl-C.
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a running program");
    let run = crate::fake::Run::of(child.wait_with_output().expect("an end"));
    assert_eq!(run.code, Some(143), "{}", run.shown());
    let written = fake.writes().len();
    assert!(written < 200, "{written}");
    assert!(
        run.err.contains(&format!("ended by the user; written until then: shop {written} of 200")),
        "{written}: {}",
        run.shown()
    );
    let second = fake.run(&apply(), &many);
    assert_eq!(second.code, Some(0), "{}", second.shown());
    assert_eq!(fake.writes().len(), 200 - written);
}
