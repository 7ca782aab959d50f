//! A Chromium without a window, spoken to through its pipes in the protocol of its developer tools.
//!
//! Only what lanes need of the [protocol](https://chromedevtools.github.io/devtools-protocol/): a library for all of it is more
//! code than the rest of the workspace, and wants an address where the pipes need none.

mod tab;

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::Running;
use crate::{Failure, Program, Programs, cannot_write};

pub use tab::{Form, Scheme, Tab};

/// How long an answer may take; on two busy cores the first one was seen to take 10 s.
const ANSWER: Duration = Duration::from_mins(1);

/// The browser takes what is asked of it from descriptor 3, and answers in descriptor 4.
const PIPES: &str = "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null";

/// A running browser; it ends, and its folder goes, when this is dropped.
pub struct Browser {
    // Dropped in this order: the browser ends before what it reads and writes.
    _running: Running,
    requests: ChildStdin,
    messages: Receiver<Value>,
    /// What it has said without being asked, and nobody has looked at yet.
    events: VecDeque<Value>,
    asked: u64,
    log: PathBuf,
    _folder: TempDir,
}

impl Browser {
    /// Starts it with a profile of its own.
    pub fn start(programs: &Programs) -> Result<Self, Failure> {
        let program = programs.path(Program::CHROMIUM)?;
        let folder = programs.temporary_folder()?;
        let log = folder.path().join("chromium.log");
        let file = File::create(&log).map_err(|error| cannot_write(&log, &error))?;
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", PIPES])
            .arg(&program)
            .args(["--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu"])
            // The same pictures on every machine; no traffic of its own; /dev/shm of a container is small.
            .args([
                "--hide-scrollbars",
                "--force-color-profile=srgb",
                "--disable-background-networking",
            ])
            .args(["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .env("HOME", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(file);
        if rustix::process::geteuid().is_root() {
            // It refuses to run as root with its sandbox; it shows nothing but pages of this repository.
            command.arg("--no-sandbox");
        }
        let cannot_start = |error: io::Error| {
            Failure::new(format!(
                "cannot run {}: {error}; name another one with CHROMIUM",
                program.display()
            ))
        };
        let mut running = programs.spawn(&mut command).map_err(cannot_start)?;
        let pipes = running.pipes();
        let (requests, answers) =
            pipes.ok_or_else(|| cannot_start(io::Error::other("it has no pipes")))?;
        Ok(Self {
            _running: running,
            requests,
            messages: listen(answers),
            events: VecDeque::new(),
            asked: 0,
            log,
            _folder: folder,
        })
    }

    /// Opens an empty page.
    pub fn tab(&mut self, form: Form) -> Result<Tab<'_>, Failure> {
        Tab::open(self, form)
    }

    /// Asks for something, of the browser or in a session of a page, and waits for the answer.
    fn ask(
        &mut self,
        session: Option<&str>,
        method: &str,
        parameters: &Value,
    ) -> Result<Value, Failure> {
        self.asked += 1;
        let mut request = json!({"id": self.asked, "method": method, "params": parameters});
        if let Some(session) = session {
            request["sessionId"] = json!(session);
        }
        let text = format!("{request}\0");
        let sent = self.requests.write_all(text.as_bytes()).and_then(|()| self.requests.flush());
        sent.map_err(|error| self.failure(&format!("the browser takes no request: {error}")))?;
        let deadline = Instant::now() + ANSWER;
        loop {
            let mut message = self.receive(deadline, method)?;
            if message["id"] != self.asked {
                self.events.push_back(message);
            } else if message["error"].is_null() {
                return Ok(message["result"].take());
            } else {
                return Err(self.failure(&format!(
                    "the browser refuses {method}: {}",
                    message["error"]["message"]
                )));
            }
        }
    }

    /// The next message.
    fn receive(&mut self, deadline: Instant, wanted: &str) -> Result<Value, Failure> {
        let left = deadline.saturating_duration_since(Instant::now());
        self.messages.recv_timeout(left).map_err(|error| match error {
            RecvTimeoutError::Disconnected => self.failure("the browser has ended"),
            RecvTimeoutError::Timeout => self.failure(&format!(
                "the browser has not answered {wanted} for {} s",
                ANSWER.as_secs()
            )),
        })
    }

    fn failure(&self, sentence: &str) -> Failure {
        let log = std::fs::read(&self.log).unwrap_or_default();
        Failure::new(format!(
            "{sentence}; its last lines may say why, and a second run starts afresh:"
        ))
        .with_output(&String::from_utf8_lossy(&log))
    }
}

/// Reads messages, each of which ends with a zero, until the browser closes its end.
fn listen(answers: ChildStdout) -> Receiver<Value> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let messages = BufReader::new(answers).split(0).map_while(Result::ok);
        let mut messages = messages.filter_map(|message| serde_json::from_slice(&message).ok());
        // Nobody listens any more where the browser is being dropped.
        messages.try_for_each(|message: Value| sender.send(message)).unwrap_or(());
    });
    receiver
}
