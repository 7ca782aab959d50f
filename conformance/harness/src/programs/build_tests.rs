//! Builds with a `go` of our own: what is kept, what is not, and what is said.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread;

use super::tests::{MODULES, programs};
use super::{Machine, Program};
use crate::Failure;

/// Says what it is; for a build it runs the script, in which `$output` is the file to write.
fn go(folder: &Path, build: &str) {
    let file = folder.join("go");
    let script = format!(
        "#!/bin/sh\n\
         if [ \"$1\" = env ]; then echo '{{\"GOVERSION\": \"go1.26.0\", \"GOHOSTOS\": \"example\", \"GOHOSTARCH\": \
         \"example\", \"GOMODCACHE\": \"/modules\", \"GOCACHE\": \"/compiled\"}}'; exit; fi\n\
         while [ \"$1\" != -o ]; do shift; done\n\
         output=$2\n\
         echo build >>'{}'\n\
         {build}\n",
        folder.join("builds").display()
    );
    std::fs::write(&file, script).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn build(folder: &Path) -> Result<PathBuf, Failure> {
    let mut path = OsString::from(folder);
    // For the commands of the script.
    path.push(":/usr/bin:/bin");
    let machine = Machine {
        variables: BTreeMap::new(),
        path,
        cache: folder.join("cache"),
        modules: MODULES.into(),
    };
    programs(machine).path(Program::ETCD)
}

fn builds(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("builds")).unwrap_or_default().lines().count()
}

/// What lies in the cache besides locks.
fn kept(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder.join("cache")).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension() != Some("lock".as_ref()))
        .collect()
}

const WRITE: &str = "echo program >\"$output\"";

#[test]
fn builds_once() {
    let folder = tempfile::tempdir().unwrap();
    go(folder.path(), WRITE);
    let first = build(folder.path()).unwrap();
    assert_eq!(std::fs::read_to_string(&first).unwrap(), "program\n");
    assert_eq!(build(folder.path()).unwrap(), first);
    assert_eq!(builds(folder.path()), 1);
}

#[test]
fn builds_for_the_host_without_settings_of_the_user() {
    let folder = tempfile::tempdir().unwrap();
    go(folder.path(), "echo \"$GOOS $GOARCH $GOFLAGS $GOAMD64 $CGO_ENABLED\" >\"$output\"");
    let program = build(folder.path()).unwrap();
    assert_eq!(std::fs::read_to_string(program).unwrap(), "example example -mod=readonly v1 0\n");
}

#[test]
fn two_runs_at_once_build_once() {
    let folder = tempfile::tempdir().unwrap();
    go(folder.path(), &format!("sleep 1; {WRITE}"));
    let path = folder.path();
    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| build(path).unwrap());
        let second = scope.spawn(|| build(path).unwrap());
        (first.join().unwrap(), second.join().unwrap())
    });
    assert_eq!(first, second);
    assert_eq!(builds(folder.path()), 1);
}

#[test]
fn a_failed_build_leaves_nothing_and_the_next_one_works() {
    let folder = tempfile::tempdir().unwrap();
    go(folder.path(), "echo half >\"$output\"; echo 'main.go:1: syntax error' >&2; exit 1");
    let failure = build(folder.path()).unwrap_err().to_string();
    assert!(failure.contains("ended with exit code 1"), "{failure}");
    assert!(failure.contains("main.go:1: syntax error"), "{failure}");
    assert_eq!(kept(folder.path()), [""; 0]);
    go(folder.path(), WRITE);
    build(folder.path()).unwrap();
}

#[test]
fn what_an_interrupted_build_has_left_is_not_taken_for_whole() {
    let folder = tempfile::tempdir().unwrap();
    go(folder.path(), WRITE);
    let whole = build(folder.path()).unwrap();
    let finished = whole.parent().unwrap();
    // As a kill in the middle leaves it.
    let partial = folder.path().join("cache/etcd.partial");
    std::fs::rename(finished, &partial).unwrap();
    std::fs::write(partial.join("etcd"), "half").unwrap();
    std::fs::write(partial.join("leftover"), "").unwrap();
    let built = build(folder.path()).unwrap();
    assert_eq!(std::fs::read_to_string(&built).unwrap(), "program\n");
    assert!(!partial.exists());
    assert!(!built.with_file_name("leftover").exists());
    assert_eq!(builds(folder.path()), 2);
}

#[test]
fn a_full_disk_is_named() {
    let folder = tempfile::tempdir().unwrap();
    go(
        folder.path(),
        "echo half >\"$output\"; echo \"write $output: no space left on device\" >&2; exit 1",
    );
    let failure = build(folder.path()).unwrap_err().to_string();
    assert!(failure.starts_with("etcd cannot be built: the disk is full; "), "{failure}");
    for place in
        ["cache (XDG_CACHE_HOME)", "(TMPDIR)", "/modules (GOMODCACHE)", "/compiled (GOCACHE)"]
    {
        assert!(failure.contains(place), "{place}: {failure}");
    }
    assert_eq!(kept(folder.path()), [""; 0]);
}

#[test]
fn a_build_that_writes_nothing_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    go(folder.path(), "true");
    let failure = build(folder.path()).unwrap_err().to_string();
    assert!(failure.contains("wrote no etcd"), "{failure}");
    assert_eq!(kept(folder.path()), [""; 0]);
}

#[test]
fn a_cache_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    go(folder.path(), WRITE);
    std::fs::write(folder.path().join("cache"), "no folder").unwrap();
    let failure = build(folder.path()).unwrap_err().to_string();
    assert!(
        failure.starts_with("etcd cannot be kept in ") && failure.contains("XDG_CACHE_HOME"),
        "{failure}"
    );
}
