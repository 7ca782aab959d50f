//! However a run ends, it leaves no process and no folder behind.
//!
//! The servers are shell scripts in a folder of `KUBEBUILDER_ASSETS`; Go is not needed.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long something may take that happens at once on an idle machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a program of envtest says when it is asked for its version.
const VERSION: &str = "case $1 in --version|version) echo v1.35.0; exit;; esac";

/// Writes `etcd`, and a `kube-apiserver` and `kubectl` that fail.
fn assets(folder: &Path, etcd: &str) {
    write_programs(folder, [("etcd", etcd), ("kube-apiserver", "exit 1"), ("kubectl", "exit 1")]);
}

fn write_programs(folder: &Path, programs: [(&str, &str); 3]) {
    for (name, script) in programs {
        let file = folder.join(name);
        fs::write(&file, format!("#!/bin/sh\n{VERSION}\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Starts the lane `api` with its temporary folders below `folder`.
fn start(folder: &Path) -> Child {
    start_with(folder, &[])
}

fn start_with(folder: &Path, options: &[&str]) -> Child {
    let temporary = folder.join("temporary");
    fs::create_dir_all(&temporary).unwrap();
    Command::new(env!("CARGO_BIN_EXE_conformance"))
        .arg("api")
        .args(options)
        .env("KUBEBUILDER_ASSETS", folder)
        .env("TMPDIR", &temporary)
        .env("XDG_CACHE_HOME", folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn until(what: &str, condition: impl Fn() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn signal(process: &str, name: &str) -> ExitStatus {
    Command::new("/bin/kill").args(["-s", name, process]).stderr(Stdio::null()).status().unwrap()
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

/// Runs until etcd has started, ends the run by a signal, and returns the code that it ended with.
fn interrupted_by(name: &str) -> Option<i32> {
    let folder = tempfile::tempdir().unwrap();
    let started = folder.path().join("started");
    // Never ready, and with a child of its own.
    assets(
        folder.path(),
        &format!("sleep 600 &\necho $$ $! >'{0}.new'; mv '{0}.new' '{0}'\nwait", started.display()),
    );
    let mut run = start(folder.path());
    until("etcd starts", || started.exists());
    assert!(signal(&run.id().to_string(), name).success());
    let status = run.wait().unwrap();
    let processes = fs::read_to_string(&started).unwrap();
    if status.code().is_some() {
        // Not even as a process that has ended and that nobody has waited for.
        let etcd = processes.split_whitespace().next().unwrap();
        assert!(!signal(etcd, "0").success());
    }
    for process in processes.split_whitespace() {
        until("etcd and its child end", || !signal(process, "0").success());
    }
    until("the folder goes", || is_empty(&folder.path().join("temporary")));
    status.code()
}

#[test]
fn ctrl_c_leaves_nothing() {
    assert_eq!(interrupted_by("INT"), Some(130));
}

#[test]
fn termination_leaves_nothing() {
    assert_eq!(interrupted_by("TERM"), Some(143));
}

#[test]
fn a_kill_leaves_nothing() {
    assert_eq!(interrupted_by("KILL"), None);
}

#[test]
fn a_server_that_fails_is_named_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assets(folder.path(), "echo the data is damaged >&2; exit 7");
    let output = start(folder.path()).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("error: etcd ended with exit code 7"), "{stdout}");
    assert!(stdout.contains("the data is damaged"), "{stdout}");
    assert!(is_empty(&folder.path().join("temporary")));
}

#[test]
fn a_port_that_is_taken_is_not_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let attempts = folder.path().join("attempts");
    assets(
        folder.path(),
        &format!(
            "echo $1 >>'{}'; echo bind: address already in use >&2; exit 1",
            attempts.display()
        ),
    );
    let output = start(folder.path()).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("address already in use"), "{stdout}");
    assert_eq!(fs::read_to_string(&attempts).unwrap().lines().count(), 5);
}

/// Answers as a healthy etcd, as soon as the script has written the port that it was given.
fn answer_for_etcd(port: &Path) {
    until("etcd has a port", || port.exists());
    let port: u16 = fs::read_to_string(port).unwrap().trim().parse().unwrap();
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
}

#[test]
fn a_cluster_that_is_to_be_kept_stays_above_all_when_its_lane_fails() {
    let folder = tempfile::tempdir().unwrap();
    let port = folder.path().join("port");
    let etcd = format!(
        "for argument; do case $argument in --listen-client-urls=*) echo ${{argument##*:}} >'{0}.new'; mv '{0}.new' '{0}';; \
         esac; done\nexec sleep 600",
        port.display()
    );
    // Ready, but nothing that it prints is an answer: the lane fails behind the start.
    write_programs(
        folder.path(),
        [("etcd", &etcd), ("kube-apiserver", "exec sleep 600"), ("kubectl", "exit 0")],
    );
    let run = start_with(folder.path(), &["--keep"]);
    answer_for_etcd(&port);
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("error: kubectl printed what is no JSON"), "{stdout}");
    let (_, kept) = stdout.split_once("dev: left running: ").unwrap();
    let (_, way_out) = kept.split_once("end it with: ").unwrap();
    let way_out = way_out.lines().next().unwrap();
    let (kill, _) = way_out.split_once(';').unwrap();
    let processes: Vec<&str> = kill.split_whitespace().skip(2).collect();
    assert_eq!(processes.len(), 2, "{way_out}");
    for process in &processes {
        assert!(signal(process, "0").success(), "{process} is gone");
    }
    assert!(!is_empty(&folder.path().join("temporary")));

    let ended = Command::new("/bin/sh").args(["-c", way_out]).status();
    assert!(ended.unwrap().success());
    for process in processes {
        until("the kept servers end", || !signal(process, "0").success());
    }
    assert!(is_empty(&folder.path().join("temporary")));
}
