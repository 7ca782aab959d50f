//! A way to ask an API server many things quickly: HTTP without certificates, through `kubectl proxy`.

use std::collections::HashMap;
use std::thread;
use std::time::Duration;

use harness::{Cluster, Failure, Process, Program, Programs, READY, free_port};
use percent_encoding::{AsciiSet, utf8_percent_encode};
use serde_json::{Value, json};

use super::percent::PLAIN;

/// A segment of a path: names of roles have colons.
const SEGMENT: &AsciiSet = &PLAIN.remove(b':');

/// The way, for as long as this is there.
pub struct Client {
    port: u16,
    /// Where the objects of an API version and kind are, and whether they have namespaces.
    resources: HashMap<(String, String), (String, bool)>,
    _proxy: Process,
}

/// How many may ask at once without waiting for each other.
pub const THREADS: usize = 4;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// An object that is there.
    Get,
    /// A new object.
    Create,
    /// Server-side apply, as whoever writes all fields.
    Apply,
    /// A merge patch.
    Merge,
    /// The end of an object.
    Delete,
}

/// What came back.
#[derive(Debug)]
pub struct Response {
    /// The code of HTTP.
    pub status: u16,
    /// The object, or why there is none.
    pub body: Value,
}

impl Response {
    /// Whether it was done.
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Why it was not done.
    pub fn message(&self) -> String {
        self.body["message"].as_str().map_or_else(|| self.body.to_string(), str::to_owned)
    }
}

impl Client {
    /// Starts the way, and asks which kinds there are.
    pub fn start(programs: &Programs, cluster: &Cluster) -> Result<Self, Failure> {
        let (port, proxy) = proxy(programs, cluster)?;
        let mut client = Self { port, resources: HashMap::new(), _proxy: proxy };
        client.discover()?;
        Ok(client)
    }

    /// Whether there is such a kind.
    pub fn serves(&self, object: &Value) -> bool {
        self.resource(object).is_some()
    }

    /// The path of all objects beside this one; none where there is no such kind.
    pub fn collection(&self, object: &Value) -> Option<String> {
        let (path, is_namespaced) = self.resource(object)?;
        let namespace = object["metadata"]["namespace"].as_str().filter(|name| !name.is_empty());
        let (before, plural) = path.rsplit_once('/').unwrap_or(("", path));
        Some(if *is_namespaced {
            format!(
                "{before}/namespaces/{}/{plural}",
                utf8_percent_encode(namespace.unwrap_or("default"), SEGMENT)
            )
        } else {
            path.clone()
        })
    }

    /// The path of an object; none where there is no such kind.
    pub fn path(&self, object: &Value) -> Option<String> {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        Some(format!("{}/{}", self.collection(object)?, utf8_percent_encode(name, SEGMENT)))
    }

    /// Asks until there is an answer; a body of null is none.
    pub fn send(
        &self,
        agent: &ureq::Agent,
        verb: Verb,
        path: &str,
        body: &Value,
    ) -> Result<Response, Failure> {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let text = body.to_string();
        let patched = |kind: &str| agent.patch(&url).header("Content-Type", kind).send(&text);
        let mut attempts = 0;
        loop {
            attempts += 1;
            let answer = match verb {
                Verb::Get => agent.get(&url).call(),
                Verb::Create => {
                    agent.post(&url).header("Content-Type", "application/json").send(&text)
                }
                Verb::Apply => patched("application/apply-patch+yaml"),
                Verb::Merge => patched("application/merge-patch+json"),
                Verb::Delete => agent.delete(&url).call(),
            };
            let mut response = match answer {
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
            match status {
                429 | 503 if attempts < 20 => thread::sleep(Duration::from_millis(500)),
                200..=500 => {
                    let body =
                        serde_json::from_str(&text).unwrap_or_else(|_| json!({"message": text}));
                    return Ok(Response { status, body });
                }
                _ => {
                    return Err(Failure::new(format!(
                        "the API server answers with {status}: {text}"
                    )));
                }
            }
        }
    }

    fn resource(&self, object: &Value) -> Option<&(String, bool)> {
        let version = object["apiVersion"].as_str()?.to_owned();
        self.resources.get(&(version, object["kind"].as_str()?.to_owned()))
    }

    /// Asks again which kinds there are.
    pub fn discover(&mut self) -> Result<(), Failure> {
        let agent = agent();
        let get = |path: &str| -> Result<Value, Failure> {
            let response = self.send(&agent, Verb::Get, path, &Value::Null)?;
            if response.is_ok() {
                return Ok(response.body);
            }
            Err(Failure::new(format!(
                "the API server does not say what it serves at {path}: {}; run again with --keep and look",
                response.message()
            )))
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

/// `kubectl proxy`, and the port of loopback at which it listens.
pub fn proxy(programs: &Programs, cluster: &Cluster) -> Result<(u16, Process), Failure> {
    let log = cluster.folder("client")?.join("proxy.log");
    let mut attempts = 1;
    loop {
        let port = free_port()?;
        let mut command = std::process::Command::new(programs.path(Program::KUBECTL)?);
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

/// What asks; each thread has its own.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_mins(1)))
        .http_status_as_error(false)
        // Not the one of the environment: this is loopback.
        .proxy(None)
        .build()
        .into()
}
