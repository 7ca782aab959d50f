//! `cargo xtask watch` over a small workspace with a real build, whose renderer prints its arguments.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

const MANIFEST: &str = "[package]\nname = \"xtask\"\nedition = \"2024\"\n[workspace]\n";

const ALIAS: &str = "[alias]\nxtask = \"run --quiet --package xtask --\"\n";

const LOCK: &str = "version = 4\n[[package]]\nname = \"xtask\"\nversion = \"0.0.0\"\n";

/// A run of the command, which ends with the test.
struct Watch {
    folder: TempDir,
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(environments: &[&str]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        fs::create_dir(folder.path().join("src")).expect("a writable folder");
        fs::write(folder.path().join("Cargo.toml"), MANIFEST).expect("a writable folder");
        fs::create_dir(folder.path().join(".cargo")).expect("a writable folder");
        fs::write(folder.path().join(".cargo/config.toml"), ALIAS).expect("a writable folder");
        // Otherwise the first build writes it, which is a change.
        fs::write(folder.path().join("Cargo.lock"), LOCK).expect("a writable folder");
        save(folder.path(), "first");
        let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("watch")
            .args(environments)
            .arg("--workspace")
            .arg(folder.path())
            .env("CARGO_TARGET_DIR", folder.path().join("target"))
            .env("CARGO_TERM_COLOR", "never")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program that was just built");
        let (sender, lines) = mpsc::channel();
        let streams: [Box<dyn Read + Send>; 2] = [
            Box::new(child.stdout.take().expect("a pipe")),
            Box::new(child.stderr.take().expect("a pipe")),
        ];
        for stream in streams {
            let sender = sender.clone();
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = sender.send(line);
                }
            });
        }
        Self { folder, child, lines }
    }

    /// The output until it waits for the next save.
    fn until_it_waits(&self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.lines.recv_timeout(Duration::from_mins(1)).expect("another line");
            let waits = line.ends_with("watching");
            lines.push(line);
            if waits {
                // The renderer's own output comes through another pipe.
                thread::sleep(Duration::from_millis(200));
                lines.extend(self.lines.try_iter());
                return lines;
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A renderer that prints this word and its arguments.
fn save(folder: &Path, word: &str) {
    let program = format!(
        "fn main() {{ println!(\"{word} {{}}\", std::env::args().skip(1).collect::<Vec<_>>().join(\" \")) }}\n"
    );
    write(folder, &program);
}

fn write(folder: &Path, program: &str) {
    fs::write(folder.join("src/main.rs"), program).expect("a writable folder");
}

#[test]
fn a_save_renders_and_a_broken_build_is_survived() {
    let mut watch = Watch::start(&["prd"]);
    let folder = watch.folder.path().to_owned();
    assert!(watch.until_it_waits().contains(&"first render --names prd".to_owned()));

    // Several saves in quick succession count as one.
    for word in ["second", "third", "fourth"] {
        save(&folder, word);
    }
    let lines = watch.until_it_waits();
    assert!(lines.contains(&"fourth render --names prd".to_owned()), "{lines:?}");
    assert!(watch.lines.recv_timeout(Duration::from_millis(700)).is_err(), "rendered twice");

    write(&folder, "fn main() { nothing_of_this_name() }\n");
    let lines = watch.until_it_waits();
    assert!(lines.iter().any(|line| line.contains("error[E0425]")), "{lines:?}");
    assert!(lines.contains(&"nothing was rendered; watching".to_owned()), "{lines:?}");

    save(&folder, "fifth");
    let lines = watch.until_it_waits();
    assert!(lines.contains(&"fifth render --names prd".to_owned()), "{lines:?}");

    let interrupted = Command::new("kill").args(["-INT", &watch.child.id().to_string()]).status();
    assert!(interrupted.is_ok_and(|status| status.success()));
    assert_eq!(watch.child.wait().expect("an own child").signal(), Some(2));
}
