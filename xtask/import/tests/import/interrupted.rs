//! Runs that end before their time: nothing of them stays, at the latest after the next run.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::support::{Scratch, crd};

const SPEC: &str = "{type: object, properties: {name: {type: string}}}";

/// A scratch in which rustfmt says that it is called, then takes its time.
fn prepared() -> Scratch {
    let scratch = Scratch::new();
    scratch.lock(&crd("Example", SPEC), "Example", "");
    let slow = "#!/bin/sh\necho >&3\nexec /bin/sleep 60\n";
    scratch.write("bin/rustfmt", slow);
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(scratch.path("bin/rustfmt"), executable).expect("an own file");
    fs::create_dir(scratch.path("tmp")).expect("a folder");
    scratch
}

/// An import that waits for its rustfmt.
fn waiting(scratch: &Scratch) -> Child {
    // The shell makes descriptor 3, by which rustfmt reports, from standard output.
    let mut child = Command::new("/bin/sh")
        .args(["-c", "exec \"$0\" \"$@\" 3>&1", env!("CARGO_BIN_EXE_import"), "crd"])
        .args(["--output", "out", "--lock", "crds.toml", "--from", "upstream"])
        .current_dir(scratch.path(""))
        .env("PATH", scratch.path("bin"))
        .env("TMPDIR", scratch.path("tmp"))
        .env("XDG_CACHE_HOME", scratch.path("cache"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut byte = [0];
    child.stdout.take().expect("a pipe").read_exact(&mut byte).expect("rustfmt is called");
    child
}

fn signal(child: &mut Child, name: &str) -> ExitStatus {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.expect("kill").success());
    child.wait().expect("it ends")
}

fn temporary(scratch: &Scratch) -> Vec<String> {
    let entries = fs::read_dir(scratch.path("tmp")).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect()
}

#[test]
fn a_signal_leaves_nothing_and_ends_the_run_as_it_does() {
    for (name, number) in [("-INT", 2), ("-TERM", 15), ("-HUP", 1)] {
        let scratch = prepared();
        let mut child = waiting(&scratch);
        assert_eq!(temporary(&scratch).len(), 1);
        assert_eq!(signal(&mut child, name).signal(), Some(number));
        assert_eq!(temporary(&scratch), [""; 0]);
        assert!(scratch.output().is_empty());
    }
}

#[test]
fn what_a_killed_run_leaves_the_next_one_removes() {
    let scratch = prepared();
    let mut child = waiting(&scratch);
    signal(&mut child, "-KILL");
    let left = temporary(&scratch);
    assert_eq!(left.len(), 1);
    // As if it had been killed while it wrote, too; and what is somebody's own, by whatever name.
    fs::create_dir(scratch.path("out/.import-a1B2c3")).expect("a folder");
    for own in [".import-notes.d", ".import-a1B2c", "import-a1B2c3"] {
        scratch.write(&format!("out/{own}/mine"), "");
        scratch.write(&format!("tmp/{own}/mine"), "");
    }
    // A file and a link of such a name were never ours.
    scratch.write("out/.import-d4E5f6", "");
    std::os::unix::fs::symlink(
        scratch.path("out/import-a1B2c3"),
        scratch.path("out/.import-g7H8i9"),
    )
    .expect("a link");
    let arguments = ["--output", "out", "--lock", "crds.toml", "--from", "upstream"];
    let folder = scratch.path("tmp").display().to_string();
    let outcome = scratch.run_with(&arguments, &[("TMPDIR", &folder)]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(!scratch.path("out/.import-a1B2c3").exists());
    let mut tmp = temporary(&scratch);
    tmp.sort();
    assert_eq!(tmp, [".import-a1B2c", ".import-notes.d", "import-a1B2c3"]);
    for own in [
        ".import-notes.d/mine",
        ".import-a1B2c/mine",
        "import-a1B2c3/mine",
        ".import-d4E5f6",
        ".import-g7H8i9",
    ] {
        assert!(scratch.path("out").join(own).exists(), "{own}");
    }
}

/// Its folder is not a leftover as long as it works.
#[test]
fn a_run_leaves_another_one_its_folder() {
    let scratch = prepared();
    let mut child = waiting(&scratch);
    let held = temporary(&scratch);
    let arguments = ["--output", "other", "--lock", "crds.toml", "--from", "upstream"];
    let folder = scratch.path("tmp").display().to_string();
    let outcome = scratch.run_with(&arguments, &[("TMPDIR", &folder)]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(temporary(&scratch), held);
    signal(&mut child, "-TERM");
}

#[test]
fn a_run_waits_for_another_one_into_the_same_folder_and_says_so() {
    let scratch = Scratch::new();
    scratch.lock(&crd("Example", SPEC), "Example", "");
    let held = fs::File::open(scratch.path("out")).expect("a folder");
    held.lock().expect("a lock");
    let mut child = Command::new(env!("CARGO_BIN_EXE_import"))
        .args(["crd", "--output", "out", "--lock", "crds.toml", "--from", "upstream"])
        .current_dir(scratch.path(""))
        .env("XDG_CACHE_HOME", scratch.path("cache"))
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("a line");
    assert_eq!(line, "waiting for another import into out\n");
    // What the other one has done meanwhile counts.
    scratch.write("out/src/example.rs", "//! By hand.\n");
    drop(held);
    line.clear();
    stderr.read_line(&mut line).expect("a line");
    assert!(line.contains("out/src/example.rs was not generated"), "{line}");
    assert_eq!(child.wait().expect("it ends").code(), Some(2));
}
