//! What people see while it works: on a terminal a table, elsewhere a line for each news.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::num::NonZero;
use std::os::fd::OwnedFd;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use serde_json::{Value, json};

use crate::fake::{Fake, Fault, apply_with, config_map, namespace, stable, status};

/// Wide enough that no sentence is broken.
const COLUMNS: NonZero<u16> = NonZero::new(150).unwrap();
const ROWS: NonZero<u16> = NonZero::new(30).unwrap();

/// Where a run shows what it says.
#[derive(Clone, Copy, Debug)]
enum Where {
    /// A pseudo-terminal, as a window has one.
    Terminal,
    /// A pipe, as the log of a CI job is one.
    Pipe,
}

/// A run, and what it has shown so far.
struct Watched {
    child: Child,
    shown: Arc<Mutex<Vec<u8>>>,
    reads: thread::JoinHandle<()>,
    place: Where,
    /// The keys.
    terminal: Option<File>,
}

impl Watched {
    fn start(fake: &Fake, place: Where, task: &Value, objects: &[Value]) -> Self {
        let mut command = fake.start(task, objects);
        let (reader, terminal): (Box<dyn Read + Send>, _) = match place {
            Where::Terminal => {
                let own =
                    openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo-terminal");
                grantpt(&own).expect("an own terminal");
                unlockpt(&own).expect("an own terminal");
                let window = Winsize {
                    ws_row: ROWS.get(),
                    ws_col: COLUMNS.get(),
                    ws_xpixel: 0,
                    ws_ypixel: 0,
                };
                tcsetwinsize(&own, window).expect("an own terminal");
                let name = ptsname(&own, Vec::new()).expect("a name");
                let name = name.to_str().expect("a path in UTF-8");
                let side = || -> OwnedFd {
                    let opened = OpenOptions::new().read(true).write(true).open(name);
                    opened.expect("the other side of the terminal").into()
                };
                command.env("TERM", "xterm-256color").env_remove("NO_COLOR");
                command.stdin(side()).stdout(side()).stderr(side());
                let own: File = own.into();
                (Box::new(own.try_clone().expect("a terminal")), Some(own))
            }
            Where::Pipe => {
                let (reader, writer) = io::pipe().expect("a pipe");
                command.stdin(Stdio::null()).stdout(writer.try_clone().expect("a pipe"));
                command.stderr(writer);
                (Box::new(reader), None)
            }
        };
        let child = command.spawn().expect("the program that was just built");
        // This process keeps no side of it, so that it ends with the program.
        drop(command);
        let shown = Arc::new(Mutex::new(Vec::new()));
        let reads = {
            let shown = shown.clone();
            let mut reader = reader;
            thread::spawn(move || {
                let mut part = [0; 4096];
                // A terminal whose other side is closed is an error, not the end of a file.
                while let Ok(length @ 1..) = reader.read(&mut part) {
                    shown.lock().expect("a lock").extend_from_slice(&part[..length]);
                }
            })
        };
        Self { child, shown, reads, place, terminal }
    }

    /// What is to be seen now.
    fn seen(&self) -> String {
        let shown = self.shown.lock().expect("a lock");
        match self.place {
            Where::Terminal => {
                let mut screen = vt100::Parser::new(ROWS, COLUMNS, 0);
                screen.process(&shown);
                stable(&screen.screen().contents())
            }
            Where::Pipe => stable(&String::from_utf8_lossy(&shown)),
        }
    }

    /// Waits until this is to be seen, and says all that is.
    fn wait_for(&self, words: &str) -> String {
        let started = Instant::now();
        loop {
            let seen = self.seen();
            if seen.contains(words) {
                return seen;
            }
            assert!(started.elapsed() < Duration::from_mins(1), "{words}:\n{seen}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn press(&mut self, keys: &str) {
        let terminal = self.terminal.as_mut().expect("a terminal");
        terminal.write_all(keys.as_bytes()).expect("a terminal");
    }

    /// All that is to be seen at the end, and the exit code.
    fn end(mut self) -> (String, Option<i32>) {
        let code = self.child.wait().expect("an own process").code();
        // A thread that reads from the own side of a terminal ends with the other one.
        while !self.reads.is_finished() {
            thread::sleep(Duration::from_millis(5));
        }
        (self.seen(), code)
    }
}

const WEB: &str = "/apis/apps/v1/namespaces/shop/deployments/web";

/// A Deployment of which so many pods run.
fn deployment(available: i64) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}},
        "status": {"replicas": 2, "updatedReplicas": 2, "availableReplicas": available},
    })
}

/// An apply of a Deployment, and of what waits for it.
fn rollout() -> Vec<Value> {
    vec![namespace(), config_map("settings", "1"), deployment(0)]
}

/// What was seen at each moment, with its name.
fn both(play: impl Fn(Where) -> Vec<(&'static str, String)>) -> String {
    let mut text = String::new();
    for place in [Where::Terminal, Where::Pipe] {
        for (moment, seen) in play(place) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "# {place:?}: {moment}\n{seen}");
        }
    }
    text
}

fn ended((seen, code): (String, Option<i32>)) -> (&'static str, String) {
    ("at the end", format!("{seen}exit code {code:?}\n"))
}

#[test]
fn progress() {
    let shown = both(|place| {
        let fake = Fake::new();
        let run = Watched::start(&fake, place, &apply_with("yes", json!(true)), &rollout());
        let before = run.wait_for("0 of 2 pods");
        fake.put(WEB, deployment(1));
        let between = run.wait_for("1 of 2 pods");
        fake.put(WEB, deployment(2));
        let end = run.end();
        assert_eq!(end.1, Some(0), "{}", end.0);
        vec![("no pod yet", before), ("one pod", between), ended(end)]
    });
    insta::assert_snapshot!(shown);
}

#[test]
fn stall() {
    let shown = both(|place| {
        let fake = Fake::new();
        let image = "registry.example/web:2";
        fake.put(
            "/api/v1/namespaces/shop/pods/web-1",
            json!({
                "metadata": {"name": "web-1", "namespace": "shop", "uid": "pod-1"},
                "status": {"containerStatuses": [{
                    "name": "gin", "image": image, "ready": false,
                    "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}},
                }]},
            }),
        );
        fake.put(
            "/api/v1/namespaces/shop/events/web-1.1",
            json!({
                "type": "Warning", "reason": "Failed", "lastTimestamp": "2026-11-30T10:00:00Z",
                "message": format!("Failed to pull image \"{image}\": not found"),
                "involvedObject": {"kind": "Pod", "uid": "pod-1"},
            }),
        );
        let run = Watched::start(&fake, place, &apply_with("timeout", json!(8)), &rollout());
        let stalled = run.wait_for("cannot pull the image");
        let end = run.end();
        assert_eq!(end.1, Some(1), "{}", end.0);
        vec![("it stalls", stalled), ended(end)]
    });
    insta::assert_snapshot!(shown);
}

#[test]
fn refusal() {
    let shown = both(|place| {
        let fake = Fake::new();
        let text = "admission webhook \"policy.example\" denied the request: no latest";
        fake.fault(
            "PATCH",
            "/configmaps/b",
            100,
            Fault::Answer(400, status(400, "BadRequest", text)),
        );
        let objects = [namespace(), config_map("a", "1"), config_map("b", "1")];
        let end = Watched::start(&fake, place, &apply_with("yes", json!(true)), &objects).end();
        assert_eq!(end.1, Some(1), "{}", end.0);
        vec![ended(end)]
    });
    insta::assert_snapshot!(shown);
}

#[test]
fn prune() {
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "shop"}});
    let shown = both(|place| {
        let fake = Fake::new();
        let mut all = vec![namespace(), config_map("a", "1"), secret.clone()];
        assert_eq!(fake.run(&apply_with("yes", json!(true)), &all).code, Some(0));
        all.truncate(1);
        let mut task = apply_with("prune", json!(true));
        task["apply"]["yes"] = json!(false);
        let mut run = Watched::start(&fake, place, &task, &all);
        let moment = match place {
            Where::Terminal => {
                let asked = run.wait_for("Type dev to continue: ");
                run.press("dev\n");
                vec![("the question", asked)]
            }
            Where::Pipe => Vec::new(),
        };
        let end = run.end();
        let is_gone = fake.get("/api/v1/namespaces/shop/configmaps/a").is_none();
        assert_eq!(is_gone, matches!(place, Where::Terminal), "{}", end.0);
        moment.into_iter().chain([ended(end)]).collect()
    });
    insta::assert_snapshot!(shown);
}
