//! Kills, failing writes and several runs at once.

use std::env;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use super::Error;
use super::tests::{Files, apply, at, contents, files, folder, plan, put, rendered};

/// Set in a child process of a test: the folder it is to work on.
const CHILD: &str = "RENDER_TREE_TEST_FOLDER";

/// The folder, when this process is the child of the test.
fn child_folder() -> Option<PathBuf> {
    env::var_os(CHILD).map(PathBuf::from)
}

/// The arguments that make this test program run one test of this module only.
fn only(test: &str) -> [String; 3] {
    let module = module_path!().split_once("::").expect("a module").1;
    ["--exact".into(), "--nocapture".into(), format!("{module}::{test}")]
}

/// Contents of 16 KiB, so that a torn file is a likely one.
fn text(generation: usize) -> String {
    rendered(&format!("generation: {generation}\n").repeat(1024))
}

/// A thousand files with the same contents, too many to be written before the parent notices.
fn many(generation: usize) -> Files {
    (0..1000)
        .map(|number| {
            let path = format!("bundle-{:02}/service-{number:03}.yaml", number / 20);
            (path.into(), text(generation))
        })
        .collect()
}

#[test]
fn a_kill_leaves_every_file_whole_and_the_next_run_repairs() {
    const TEST: &str = "a_kill_leaves_every_file_whole_and_the_next_run_repairs";
    if let Some(folder) = child_folder() {
        let generation = fs::read_to_string(folder.join("generation")).expect("a generation");
        let desired = many(generation.parse().expect("a number"));
        apply(&folder.join("dev"), &desired);
        return;
    }
    let folder = folder();
    let root = folder.path().join("dev");
    let last = root.join("bundle-49/service-999.yaml");
    for (path, text) in many(0) {
        put(root.join(path), &text);
    }

    // On a busy machine the child may finish before the kill arrives: then try again.
    let (mut generation, mut interrupted) = (0, 0);
    while interrupted < 3 {
        generation += 1;
        assert!(generation < 20, "no child could be killed in time");
        fs::write(folder.path().join("generation"), generation.to_string()).expect("a file");
        let mut child = Command::new(env::current_exe().expect("this program"))
            .args(only(TEST))
            .env(CHILD, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("a child");
        let new = text(generation);
        while !root.join("bundle-00/.1.render-tmp").exists() {
            if let Some(status) = child.try_wait().expect("a child") {
                assert!(status.success(), "{status}");
                break;
            }
        }
        // Each kill comes at a different time after the first temporary file.
        thread::sleep(Duration::from_millis(20) * interrupted);
        child.kill().expect("SIGKILL");
        child.wait().expect("a child");

        if fs::read_to_string(&last).expect("the last file") != new {
            interrupted += 1;
        }
        let texts: Vec<_> = (0..=generation).map(text).collect();
        let mut found = contents(&root);
        found.retain(|path, _| !path.to_string_lossy().ends_with(".render-tmp"));
        assert_eq!(found.len(), 1000);
        for (path, text) in &found {
            assert!(texts.contains(text), "{} is torn", path.display());
        }
    }

    // The most likely moment of a kill, made certain: there is a half-written temporary file.
    put(root.join("bundle-00/.1.render-tmp"), "# Rend");
    let desired = many(generation);
    assert!(apply(&root, &desired).changed > 0);
    assert!(contents(&root) == desired);
    assert_eq!(apply(&root, &desired).unchanged, 1000);
}

#[test]
fn a_failing_write_names_the_file_and_changes_nothing() {
    const TEST: &str = "a_failing_write_names_the_file_and_changes_nothing";
    let mut desired = files([("a/1.yaml", "new"), ("c/3.yaml", "new")]);
    desired.insert("b/2.yaml".into(), rendered(&"x".repeat(1 << 20)));
    if let Some(root) = child_folder() {
        let error = super::apply(&at(&root), &desired)
            .expect_err("the second file is larger than the limit");
        assert!(matches!(error, Error::Write { .. }), "{error}");
        let text = error.to_string().replace(&root.display().to_string(), "snapshots/dev");
        insta::assert_snapshot!(text, @"cannot change `snapshots/dev/b/2.yaml`: File too large (os error 27); 0 of 3 changes are done and every file is complete: remove the cause, then run again to do the rest");
        return;
    }
    let folder = folder();
    let root = folder.path();
    let old = files([("a/1.yaml", "old"), ("b/2.yaml", "old"), ("c/3.yaml", "old")]);
    apply(root, &old);

    // A limit on file size also applies to root, like a full disk; 64 blocks are 32 or 64 KiB.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "sh"])
        .arg(env::current_exe().expect("this program"))
        .args(only(TEST))
        .env(CHILD, root)
        .output()
        .expect("a shell");

    assert!(output.status.success(), "{output:?}");
    assert_eq!(contents(root), old);
    assert_eq!(apply(root, &desired).changed, 3);
    assert_eq!(contents(root), desired);
}

#[test]
fn of_runs_at_once_one_wins_whole() {
    let folder = folder();
    let root = folder.path().join("dev");
    // Every run has two bundles, and a third comes and goes: without the lock, one run would remove it while another writes it.
    let bundle = |name: &str, text: &str| -> Files {
        (0..20).map(|number| (format!("{name}/{number}.yaml").into(), rendered(text))).collect()
    };
    let desired = ["first", "second"].map(|text| {
        let mut files = bundle("a", text);
        files.append(&mut bundle("z", text));
        files.append(&mut bundle(text, text));
        files
    });
    for _ in 0..5 {
        let start = Barrier::new(4);
        thread::scope(|scope| {
            for desired in desired.iter().chain(&desired) {
                scope.spawn(|| {
                    start.wait();
                    apply(&root, desired);
                });
            }
        });
        let found = contents(&root);
        assert!(desired.contains(&found), "{:#?}", found.keys());
    }
}

#[test]
fn a_run_waits_for_the_one_before_and_then_looks() {
    let folder = folder();
    let root = folder.path();
    let desired = files([("a/x.yaml", "1")]);
    let other_run = File::open(root).expect("the folder");
    other_run.lock().expect("a lock");

    let counts = thread::scope(|scope| {
        let run = scope.spawn(|| apply(root, &desired));
        thread::sleep(Duration::from_millis(50));
        assert!(!run.is_finished());
        assert!(!root.join("a").exists());
        // What the other run does before it ends.
        fs::create_dir(root.join("a")).expect("a folder");
        for path in ["a/x.yaml", "a/stale.yaml"] {
            fs::write(root.join(path), rendered("1")).expect("a file");
        }
        drop(other_run);
        run.join().expect("no panic")
    });

    assert_eq!((counts.created, counts.removed, counts.unchanged), (0, 1, 1));
    assert_eq!(contents(root), desired);
}

#[test]
fn a_file_that_vanishes_while_the_folder_is_read_is_no_error() {
    let folder = folder();
    let root = folder.path();
    let desired = Files::new();
    let end = Instant::now() + Duration::from_millis(300);
    thread::scope(|scope| {
        scope.spawn(|| {
            while Instant::now() < end {
                for number in 0..20 {
                    let bundle = root.join(format!("bundle-{number}"));
                    fs::create_dir(&bundle).expect("a folder");
                    fs::write(bundle.join("x.yaml"), "kind: Service\n").expect("a file");
                }
                for number in 0..20 {
                    fs::remove_dir_all(root.join(format!("bundle-{number}"))).expect("removed");
                }
            }
        });
        while Instant::now() < end {
            plan(root, &desired).expect("no error");
        }
    });
}
