//! As much of GitHub as the program needs, on a port of this machine.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use serde_json::{Value, json};

/// What goes wrong with a call.
pub struct Fault {
    /// Whether what was asked is done all the same.
    is_done: bool,
    /// What is answered; nothing where the connection is lost.
    answer: Option<(u16, String, String)>,
    /// Whether nothing goes wrong.
    passes: bool,
}

impl Fault {
    /// None, so that the next one is of a later call.
    pub fn pass() -> Self {
        Self { is_done: true, answer: None, passes: true }
    }

    pub fn answer(status: u16, headers: &[(&str, &str)], message: &str) -> Self {
        let mut lines = String::new();
        for (name, value) in headers {
            let _ = write!(lines, "{name}: {value}\r\n");
        }
        let body = json!({ "message": message }).to_string();
        Self { is_done: false, answer: Some((status, lines, body)), passes: false }
    }

    pub fn text(status: u16, text: &str) -> Self {
        Self {
            is_done: false,
            answer: Some((status, String::new(), text.to_owned())),
            passes: false,
        }
    }

    /// What was asked is done, and the connection ends without an answer.
    pub fn lose_answer() -> Self {
        Self { is_done: true, answer: None, passes: false }
    }
}

#[derive(Default)]
struct State {
    comments: Vec<Value>,
    pulls: Vec<Value>,
    calls: String,
    faults: VecDeque<Fault>,
}

pub struct GitHub {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl GitHub {
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that has gone is none of ours.
                let _ = serve(&stream.expect("a connection"), &shared);
            }
        });
        Self { port, state }
    }

    pub fn api(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic")
    }

    pub fn fail(&self, fault: Fault) {
        self.state().faults.push_back(fault);
    }

    pub fn comment(&self, kind: &str, body: &str) {
        self.state().comment(kind, body);
    }

    pub fn comments(&self) -> Vec<String> {
        let state = self.state();
        state
            .comments
            .iter()
            .map(|comment| comment["body"].as_str().expect("text").to_owned())
            .collect()
    }

    /// What a pull request was opened with, and its description now.
    pub fn pull(&self, number: usize) -> Value {
        let pull = &self.state().pulls[number];
        json!({ "title": pull["title"], "head": pull["head"]["ref"], "base": pull["base"]["ref"], "body": pull["body"] })
    }

    pub fn describe(&self, number: usize, text: &str) {
        self.state().pulls[number]["body"] = text.into();
    }

    pub fn calls(&self) -> String {
        self.state().calls.clone()
    }
}

impl State {
    fn comment(&mut self, kind: &str, body: &str) -> Value {
        let id = self.comments.len() + 1;
        let url = format!("https://github.com/example/shop/pull/7#{id}");
        let comment = json!({ "id": id, "html_url": url, "user": { "type": kind }, "body": body });
        self.comments.push(comment.clone());
        comment
    }

    fn answer(&mut self, method: &str, target: &str, body: &Value) -> (u16, Value) {
        let path = target.strip_prefix("/repos/example/shop/").expect("the repository");
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let text = body["body"].as_str().unwrap_or_default().to_owned();
        if text.encode_utf16().count() > 65_536 {
            return (422, json!({ "message": "Body is too long (maximum is 65536 characters)" }));
        }
        let number = || {
            path.rsplit('/').next().and_then(|id| id.parse::<usize>().ok()).expect("a number") - 1
        };
        match (method, path) {
            ("GET", "issues/7/comments") => {
                let page: usize =
                    query.rsplit('=').next().and_then(|page| page.parse().ok()).expect("a page");
                (200, self.comments.chunks(100).nth(page - 1).unwrap_or_default().into())
            }
            ("POST", "issues/7/comments") => (201, self.comment("Bot", &text)),
            ("PATCH", _) if path.starts_with("issues/comments/") => {
                let own = &mut self.comments[number()];
                own["body"] = text.into();
                (200, own.clone())
            }
            ("GET", "pulls") => (200, self.pulls.clone().into()),
            ("POST", "pulls") => {
                let number = self.pulls.len() + 1;
                let url = format!("https://github.com/example/shop/pull/{number}");
                let pull = json!({
                    "number": number, "html_url": url, "title": body["title"], "body": text,
                    "head": { "ref": body["head"] }, "base": { "ref": body["base"] },
                });
                self.pulls.push(pull.clone());
                (201, pull)
            }
            ("PATCH", _) if path.starts_with("pulls/") => {
                let own = &mut self.pulls[number()];
                own["body"] = text.into();
                (200, own.clone())
            }
            _ => (404, json!({ "message": "Not Found" })),
        }
    }
}

fn serve(stream: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (mut length, mut authorization) = (0, String::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().expect("a number"),
            "authorization" => value.clone_into(&mut authorization),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut state = state.lock().expect("no panic");
    let _ = writeln!(state.calls, "{method} {target}");
    assert!(authorization.starts_with("Bearer ghs_"), "{authorization}");
    let fault = state.faults.pop_front().unwrap_or_else(Fault::pass);
    let done = fault.is_done.then(|| state.answer(method, target, &body));
    let (status, headers, text) = match (fault.answer, done) {
        (Some(answer), _) => answer,
        (None, Some((status, value))) if fault.passes => (status, String::new(), value.to_string()),
        _ => return Ok(()),
    };
    write!(
        &mut (&*stream),
        "HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{text}",
        text.len()
    )
}
