//! Asks the API server what it would do with objects: it is told to store nothing.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use harness::{Cluster, Failure, Process, Program, Programs, READY, free_port, progress};
use serde_json::Value;

/// What the API server says of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It would store it.
    Accepted,
    /// It would not, and why.
    Refused(String),
    /// It has not looked at the object: its namespace is not there, or there is one of this name.
    Unseen,
}

/// A way to the API server without certificates, for as long as this is there.
pub struct Asking {
    port: u16,
    /// Where the objects of an API version and kind are, and whether they have namespaces.
    resources: HashMap<(String, String), (String, bool)>,
    _proxy: Process,
}

/// How many ask at once.
const THREADS: usize = 4;

impl Asking {
    /// Starts the way, and asks which kinds there are.
    pub fn start(programs: &Programs, cluster: &Cluster) -> Result<Self, Failure> {
        let (port, proxy) = proxy(programs, cluster)?;
        let mut asking = Self { port, resources: HashMap::new(), _proxy: proxy };
        asking.discover()?;
        Ok(asking)
    }

    /// Whether there is such a kind.
    pub fn serves(&self, object: &Value) -> bool {
        self.resource(object).is_some()
    }

    /// The answers, in the order of the objects.
    pub fn ask(&self, objects: &[&Value]) -> Result<Vec<Answer>, Failure> {
        let next = AtomicUsize::new(0);
        let work = || {
            let agent = agent();
            let mut answers = Vec::new();
            loop {
                let position = next.fetch_add(1, Ordering::Relaxed);
                let Some(object) = objects.get(position) else { return Ok(answers) };
                if position > 0 && position.is_multiple_of(5_000) {
                    progress(format_args!("mutants: {position} of {} asked for", objects.len()));
                }
                answers.push((position, self.one(&agent, object)?));
            }
        };
        let results: Vec<Result<Vec<_>, Failure>> = thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
            let panicked = || Err(Failure::new("a thread that asks the API server has panicked"));
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| panicked())).collect()
        });
        let mut all = vec![Answer::Unseen; objects.len()];
        for result in results {
            for (position, answer) in result? {
                all[position] = answer;
            }
        }
        Ok(all)
    }

    /// Creates it, and where that succeeds applies it: lists whose elements have keys are looked at there alone.
    fn one(&self, agent: &ureq::Agent, object: &Value) -> Result<Answer, Failure> {
        let Some((path, is_namespaced)) = self.resource(object) else { return Ok(Answer::Unseen) };
        let metadata = &object["metadata"];
        let namespace = metadata["namespace"].as_str().filter(|namespace| !namespace.is_empty());
        let (before, plural) = path.rsplit_once('/').unwrap_or(("", path));
        let collection = if *is_namespaced {
            format!("{before}/namespaces/{}/{plural}", encoded(namespace.unwrap_or("default")))
        } else {
            path.clone()
        };
        let options = "dryRun=All&fieldValidation=Strict&fieldManager=conformance";
        let create = self.url(&format!("{collection}?{options}"));
        let answer = Self::send(object, &mut |body| {
            agent.post(&create).header("Content-Type", "application/json").send(body)
        })?;
        if answer != Answer::Accepted {
            return Ok(answer);
        }
        let name = metadata["name"].as_str().unwrap_or_default();
        let apply = self.url(&format!("{collection}/{}?{options}&force=true", encoded(name)));
        Self::send(object, &mut |body| {
            agent.patch(&apply).header("Content-Type", "application/apply-patch+yaml").send(body)
        })
    }

    fn send(
        object: &Value,
        request: &mut dyn FnMut(&str) -> Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Answer, Failure> {
        let body = object.to_string();
        let mut attempts = 0;
        loop {
            attempts += 1;
            let mut response = match request(&body) {
                Ok(response) => response,
                Err(_) if attempts < 5 => {
                    thread::sleep(Duration::from_millis(200));
                    continue;
                }
                Err(error) => {
                    return Err(Failure::new(format!(
                        "the API server does not answer: {error}; run again on a machine with less to do"
                    )));
                }
            };
            let status = response.status().as_u16();
            let text = response.body_mut().read_to_string().unwrap_or_default();
            return match status {
                200..300 => Ok(Answer::Accepted),
                429 | 503 if attempts < 20 => {
                    thread::sleep(Duration::from_millis(500));
                    continue;
                }
                400..=500 => Ok(refusal(&text)),
                _ => Err(Failure::new(format!("the API server answers with {status}: {text}"))),
            };
        }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn resource(&self, object: &Value) -> Option<&(String, bool)> {
        let version = object["apiVersion"].as_str()?.to_owned();
        self.resources.get(&(version, object["kind"].as_str()?.to_owned()))
    }

    fn discover(&mut self) -> Result<(), Failure> {
        let agent = agent();
        let get = |path: &str| -> Result<Value, Failure> {
            let unreadable = |error: &dyn std::fmt::Display| {
                Failure::new(format!(
                    "the API server does not say what it serves at {path}: {error}"
                ))
            };
            let mut response =
                agent.get(self.url(path)).call().map_err(|error| unreadable(&error))?;
            let text = response.body_mut().read_to_string().map_err(|error| unreadable(&error))?;
            serde_json::from_str(&text).map_err(|error| unreadable(&error))
        };
        let groups = get("/apis")?;
        let mut versions = vec![("v1".to_owned(), "/api/v1".to_owned())];
        for group in groups["groups"].as_array().into_iter().flatten() {
            for version in group["versions"].as_array().into_iter().flatten() {
                let version = version["groupVersion"].as_str().unwrap_or_default();
                versions.push((version.to_owned(), format!("/apis/{version}")));
            }
        }
        let mut resources = HashMap::new();
        for (version, path) in versions {
            for resource in get(&path)?["resources"].as_array().into_iter().flatten() {
                let text = |field: &str| resource[field].as_str().unwrap_or_default().to_owned();
                let can_create = resource["verbs"]
                    .as_array()
                    .is_some_and(|verbs| verbs.iter().any(|verb| verb == "patch"));
                if can_create && !text("name").contains('/') {
                    let place =
                        (format!("{path}/{}", text("name")), resource["namespaced"] == true);
                    resources.insert((version.clone(), text("kind")), place);
                }
            }
        }
        self.resources = resources;
        Ok(())
    }
}

fn proxy(programs: &Programs, cluster: &Cluster) -> Result<(u16, Process), Failure> {
    let log: PathBuf = cluster.folder("mutants")?.join("proxy.log");
    let mut attempts = 1;
    loop {
        let port = free_port()?;
        let mut command = Command::new(programs.path(Program::KUBECTL)?);
        command.env("KUBERC", "off").arg("--kubeconfig").arg(cluster.kubeconfig());
        command.args(["proxy", &format!("--port={port}")]);
        let mut proxy = programs.start("kubectl proxy", &mut command, log.clone())?;
        let agent = agent();
        let url = format!("http://127.0.0.1:{port}/readyz");
        match proxy.wait_until_ready(READY, || agent.get(&url).call().is_ok()) {
            Ok(()) => return Ok((port, proxy)),
            Err(_) if attempts < harness::ATTEMPTS && proxy.port_was_taken() => attempts += 1,
            Err(failure) => return Err(failure),
        }
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_mins(1)))
        .http_status_as_error(false)
        // Not the one of the environment: this is loopback.
        .proxy(None)
        .build()
        .into()
}

fn encoded(segment: &str) -> String {
    let mut text = String::new();
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

fn refusal(body: &str) -> Answer {
    let status: Value = serde_json::from_str(body).unwrap_or_default();
    let message = status["message"].as_str().unwrap_or(body);
    let is_of_namespace = status["code"] == 404 && message.starts_with("namespaces ");
    if is_of_namespace || status["reason"] == "AlreadyExists" {
        Answer::Unseen
    } else {
        Answer::Refused(message.to_owned())
    }
}
