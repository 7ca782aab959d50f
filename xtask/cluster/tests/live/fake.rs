//! An API server of ConfigMaps, Secrets, Namespaces, Leases and Deployments whose pods the test plays; it may be told to fail.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// What a request is answered with instead of its own answer.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This status and body.
    Answer(u16, Value),
    /// The same, with a header.
    AnswerWith(u16, Value, &'static str),
    /// The connection is closed.
    Drop,
    /// It takes so long.
    Slow(Duration),
}

/// Of which requests a fault is: method, a part of the path with its query, and how often.
type Rule = (&'static str, &'static str, usize, Fault);

#[derive(Default)]
struct State {
    /// By path.
    objects: BTreeMap<String, Value>,
    rules: Vec<Rule>,
    requests: Vec<String>,
    version: u64,
}

/// A server, and a folder with a kubeconfig that leads to it.
pub struct Fake {
    state: Arc<Mutex<State>>,
    folder: TempDir,
    /// As the kubeconfig names it.
    cluster: Value,
    pub url: String,
}

impl Fake {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                thread::spawn(move || serve(stream, &state));
            }
        });
        let cluster = json!({"server": url});
        let fake = Self { state, folder: TempDir::new().expect("a folder"), cluster, url };
        fake.user(&json!({"token": "t0ps3cret"}));
        fake
    }

    /// Another cluster in the kubeconfig, in place of this server.
    pub fn lead_to(&mut self, cluster: Value) {
        cluster["server"].as_str().unwrap_or_default().clone_into(&mut self.url);
        self.cluster = cluster;
        self.user(&json!({"token": "t0ps3cret"}));
    }

    /// A file beside the kubeconfig.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, text).expect("a file");
        file
    }

    /// Another user in the kubeconfig.
    pub fn user(&self, user: &Value) {
        let kubeconfig = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "shop", "cluster": self.cluster}],
            "contexts": [{"name": "shop", "context": {"cluster": "shop", "user": "me"}}],
            "users": [{"name": "me", "user": user}],
        });
        self.file("kubeconfig", &kubeconfig.to_string());
    }

    /// From now on so many requests get this instead.
    pub fn fault(&self, method: &'static str, path: &'static str, times: usize, fault: Fault) {
        self.state.lock().expect("a lock").rules.push((method, path, times, fault));
    }

    /// An object by its path.
    pub fn get(&self, path: &str) -> Option<Value> {
        self.state.lock().expect("a lock").objects.get(path).cloned()
    }

    pub fn put(&self, path: &str, object: Value) {
        self.state.lock().expect("a lock").objects.insert(path.to_owned(), object);
    }

    /// What was asked, without what only looks.
    pub fn writes(&self) -> Vec<String> {
        let requests = std::mem::take(&mut self.state.lock().expect("a lock").requests);
        let is_write = |request: &String| {
            !request.starts_with("GET")
                && !request.contains("/leases")
                && !request.contains("dryRun")
        };
        requests.into_iter().filter(is_write).collect()
    }

    /// Starts the program; `task` is what it is to do with these objects.
    pub fn start(&self, task: &Value, objects: &[Value]) -> Command {
        self.start_in("shop", task, objects)
    }

    pub fn start_in(&self, context: &str, task: &Value, objects: &[Value]) -> Command {
        let handed: Vec<Value> = objects
            .iter()
            .map(|object| {
                json!({"bundle": "shop", "waves": [0], "line": {"file": "shop.rs", "line": 7}, "object": object})
            })
            .collect();
        let request = json!({
            "environment": "dev",
            "context": {"name": context, "cluster": "shop", "server": self.url},
            "task": task,
            "bundles": [],
            "unseen": [],
            "objects": handed,
        });
        let file = self.file("request", &request.to_string());
        let mut command = Command::new(env!("CARGO_BIN_EXE_cluster"));
        command
            .arg(file)
            .env("KUBECONFIG", self.folder.path().join("kubeconfig"))
            .env("USER", "me")
            .env("NO_COLOR", "1")
            .env_remove("CLICOLOR_FORCE")
            .env_remove("HTTPS_PROXY")
            .env_remove("HTTP_PROXY")
            .env_remove("http_proxy")
            .env_remove("https_proxy")
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, task: &Value, objects: &[Value]) -> Run {
        let output = self.start(task, objects).output().expect("the program that was just built");
        Run::of(output)
    }
}

/// What has become of a run.
pub struct Run {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Both outputs, without what differs from run to run.
    pub fn shown(&self) -> String {
        format!("{}{}exit code {:?}", stable(&self.out), stable(&self.err), self.code)
    }
}

/// Lines without how long it took, and how many requests.
pub fn stable(text: &str) -> String {
    let stable = |line: &str| match line.strip_suffix(" requests") {
        Some(rest) => rest.rsplit_once("; ").map_or(rest, |(told, _)| told).to_owned() + "\n",
        None => line.to_owned() + "\n",
    };
    text.lines().map(stable).collect()
}

pub fn apply() -> Value {
    json!({"apply": {
        "prune": false, "pruneData": false, "yes": true, "timeout": 20, "noWait": false,
        "takeOwnership": [], "besideArgocd": false,
    }})
}

/// The same with another option.
pub fn apply_with(option: &str, value: Value) -> Value {
    let mut task = apply();
    task["apply"][option] = value;
    task
}

pub fn config_map(name: &str, value: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "shop"}, "data": {"key": value}})
}

pub fn namespace() -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
}

pub fn status(code: u16, reason: &str, message: &str) -> Value {
    json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": message, "code": code})
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let mut words = line.split(' ');
        let (method, path) = (
            words.next().unwrap_or_default().to_owned(),
            words.next().unwrap_or_default().to_owned(),
        );
        let mut length = 0;
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header).unwrap_or(0) == 0 || header == "\r\n" {
                break;
            }
            let lower = header.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let fault = {
            let mut state = state.lock().expect("a lock");
            state.requests.push(format!("{method} {path}"));
            let rule = state
                .rules
                .iter_mut()
                .find(|(of, part, times, _)| *of == method && path.contains(part) && *times > 0);
            rule.map(|(_, _, times, fault)| {
                *times -= 1;
                fault.clone()
            })
        };
        let (code, answer, header) = match fault {
            Some(Fault::Drop) => return,
            Some(Fault::Answer(code, body)) => (code, body, ""),
            Some(Fault::AnswerWith(code, body, header)) => (code, body, header),
            Some(Fault::Slow(time)) => {
                thread::sleep(time);
                let (code, body) = answer(state, &method, &path, body);
                (code, body, "")
            }
            None => {
                let (code, body) = answer(state, &method, &path, body);
                (code, body, "")
            }
        };
        let text = answer.to_string();
        let head = format!(
            "HTTP/1.1 {code} X\r\nContent-Type: application/json\r\n{header}Content-Length: {}\r\n\r\n",
            text.len()
        );
        if stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(text.as_bytes()))
            .is_err()
        {
            return;
        }
    }
}

fn resource(plural: &str, kind: &str, scope: &str) -> Value {
    let verbs = ["list", "delete", "patch", "get"];
    json!({"resource": plural, "responseKind": {"kind": kind}, "scope": scope, "verbs": verbs})
}

/// Kinds that are served.
const LISTS: [&str; 7] =
    ["configmaps", "namespaces", "secrets", "leases", "deployments", "pods", "events"];

fn answer(state: &Mutex<State>, method: &str, path: &str, body: Value) -> (u16, Value) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    match path {
        "/api" => {
            let kinds = [
                resource("namespaces", "Namespace", "Cluster"),
                resource("configmaps", "ConfigMap", "Namespaced"),
                resource("secrets", "Secret", "Namespaced"),
                resource("pods", "Pod", "Namespaced"),
            ];
            return (
                200,
                json!({"items": [{"metadata": {}, "versions": [{"version": "v1", "resources": kinds}]}]}),
            );
        }
        "/apis" => {
            let kinds = [resource("deployments", "Deployment", "Namespaced")];
            return (
                200,
                json!({"items": [{"metadata": {"name": "apps"}, "versions": [{"version": "v1", "resources": kinds}]}]}),
            );
        }
        _ => {}
    }
    let mut state = state.lock().expect("a lock");
    let is_list = LISTS.iter().any(|plural| path.ends_with(&format!("/{plural}")));
    match (method, is_list) {
        ("GET", true) => {
            let plural = path.rsplit('/').next().unwrap_or_default();
            let labelled = |object: &Value| {
                !query.contains("labelSelector=live")
                    || object["metadata"]["labels"]["live.manifests/environment"] == "dev"
            };
            let items: Vec<&Value> = state
                .objects
                .iter()
                .filter(|(path, object)| path.contains(&format!("/{plural}/")) && labelled(object))
                .filter(|(path, _)| plural != "namespaces" || path.matches('/').count() == 4)
                .map(|(_, object)| object)
                .collect();
            (200, json!({"metadata": {}, "items": items}))
        }
        ("GET", false) => match state.objects.get(path) {
            Some(object) => (200, object.clone()),
            None => (404, status(404, "NotFound", "not found")),
        },
        ("POST", _) => {
            let path = format!("{path}/{}", body["metadata"]["name"].as_str().unwrap_or_default());
            (201, state.store(&path, body))
        }
        ("PUT", _) => {
            let current =
                state.objects.get(path).map(|object| object["metadata"]["resourceVersion"].clone());
            if current.is_some_and(|current| current != body["metadata"]["resourceVersion"]) {
                return (409, status(409, "Conflict", "the object has been modified"));
            }
            (200, state.store(path, body))
        }
        ("DELETE", _) => match state.objects.remove(path) {
            Some(object) => (200, object),
            None => (404, status(404, "NotFound", "not found")),
        },
        // A server-side apply, as far as ConfigMaps need it.
        _ => {
            let mut object = body;
            let fields = |value: &Value| -> Value {
                let keys = value.as_object().into_iter().flatten();
                keys.map(|(key, _)| (format!("f:{key}"), json!({})))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            };
            let mut owned =
                json!({"f:metadata": {"f:labels": fields(&object["metadata"]["labels"])}});
            if object["data"].is_object() {
                owned["f:data"] = fields(&object["data"]);
            }
            object["metadata"]["managedFields"] = json!([{
                "manager": "manifests-live", "operation": "Apply", "apiVersion": "v1", "fieldsV1": owned,
            }]);
            if query.contains("dryRun") {
                return (200, object);
            }
            (200, state.store(path, object))
        }
    }
}

impl State {
    fn store(&mut self, path: &str, mut object: Value) -> Value {
        self.version += 1;
        object["metadata"]["resourceVersion"] = self.version.to_string().into();
        let uid = self.objects.get(path).map(|old| old["metadata"]["uid"].clone());
        object["metadata"]["uid"] = uid.unwrap_or_else(|| self.version.to_string().into());
        self.objects.insert(path.to_owned(), object.clone());
        object
    }
}
