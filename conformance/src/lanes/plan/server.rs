//! Objects in the API server, their changes, and their way back.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use harness::{Cluster, Failure, Programs};
use serde_json::{Value, json};

use super::Case;
use super::change::{self, Changed};
use super::judge::{Plans, Verdict, content, of_server};
use crate::lanes::client::{Client, Response, THREADS, Verb, agent};
use crate::lanes::mutants::Changes;

/// The changes of one object.
pub struct Work {
    /// The object, as it is written.
    pub json: Value,
    /// What is changed.
    pub to: To,
    /// Objects that a plan of it reads as well.
    pub beside: Vec<Value>,
    /// Whether the object goes when all is done.
    pub goes: bool,
}

/// What an object is changed into.
pub enum To {
    /// All that anybody could think of.
    Anything,
    /// These.
    These(Vec<Changed>),
}

/// What came of all work.
#[derive(Default)]
pub struct Done {
    /// How many objects were changed.
    pub objects: usize,
    /// How many changes leave no valid object.
    pub invalid: usize,
    /// The others.
    pub cases: Vec<Case>,
}

/// The API server.
pub struct Server {
    client: Client,
}

/// Who Argo CD is, which takes fields away from others.
const MANAGER: &str = "fieldManager=argocd-controller&force=true&fieldValidation=Strict";
const DRY: &str = "dryRun=All&fieldManager=argocd-controller&fieldValidation=Strict";

/// What others depend on while they are looked at: the API server is only asked what it would do.
const ASKED: &[&str] = &[
    "CustomResourceDefinition",
    "MutatingAdmissionPolicy",
    "MutatingWebhookConfiguration",
    "Namespace",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
];

/// Valid changes of one field: more of them say nothing new.
const ENOUGH: usize = 6;

/// How long an object may take to be there, or to be gone.
const PATIENCE: Duration = Duration::from_mins(1);

impl Server {
    /// Starts a way to it.
    pub fn start(programs: &Programs, cluster: &Cluster) -> Result<Self, Failure> {
        Ok(Self { client: Client::start(programs, cluster)? })
    }

    /// Makes objects that others need, custom kinds among them, and learns of these.
    pub fn set_up(&mut self, objects: &[Value]) -> Result<(), Failure> {
        let agent = agent();
        for object in objects {
            self.apply(&agent, object)?;
        }
        self.wait_for_kinds(objects)
    }

    /// A custom kind is served some time after its definition is there.
    fn wait_for_kinds(&mut self, definitions: &[Value]) -> Result<(), Failure> {
        let started = Instant::now();
        loop {
            self.client.discover()?;
            let is_served = |definition: &&Value| {
                let spec = &definition["spec"];
                let version = &spec["versions"][0]["name"];
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let version = format!("{}/{}", text(&spec["group"]), text(version));
                self.client.serves(&json!({"apiVersion": version, "kind": spec["names"]["kind"]}))
            };
            let definitions =
                definitions.iter().filter(|object| object["kind"] == "CustomResourceDefinition");
            match definitions.into_iter().find(|definition| !is_served(definition)) {
                None => return Ok(()),
                Some(definition) if started.elapsed() > PATIENCE => {
                    return Err(Failure::new(format!(
                        "the API server does not serve {} within {} s: run again with --keep and look at its conditions",
                        definition["metadata"]["name"],
                        PATIENCE.as_secs()
                    )));
                }
                Some(_) => thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    /// The definitions of custom kinds that it has.
    pub fn definitions(&self) -> Result<Vec<Value>, Failure> {
        let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        let mut list = self.client.send(&agent(), Verb::Get, path, &Value::Null)?.body;
        let mut all = match list["items"].take() {
            Value::Array(items) => items,
            _ => Vec::new(),
        };
        for definition in &mut all {
            *definition = content(definition);
            // Elements of lists of a kind do not say what they are.
            definition["apiVersion"] = json!("apiextensions.k8s.io/v1");
            definition["kind"] = json!("CustomResourceDefinition");
        }
        Ok(all)
    }

    /// Applies all objects of an environment, and returns them as work.
    pub fn rendered(&self, objects: Vec<Value>) -> Result<Vec<Work>, Failure> {
        let agent = agent();
        let classes: Vec<Value> =
            objects.iter().filter(|object| object["kind"] == "StorageClass").cloned().collect();
        let (namespaces, others): (Vec<_>, Vec<_>) =
            objects.into_iter().partition(|object| object["kind"] == "Namespace");
        let all: Vec<Value> = namespaces.into_iter().chain(others).collect();
        for object in &all {
            self.apply(&agent, object)?;
        }
        let work = |json: Value| {
            // A class is not there twice.
            let beside = if json["kind"] == "StorageClass" { Vec::new() } else { classes.clone() };
            Work { json, to: To::Anything, beside, goes: false }
        };
        Ok(all.into_iter().map(work).collect())
    }

    /// Does all work; objects of the same name one after the other.
    pub fn work(&self, works: Vec<Work>, plans: &Plans) -> Result<Done, Failure> {
        let mut changes: HashMap<String, Changes> = HashMap::new();
        let mut queues: BTreeMap<String, Vec<Work>> = BTreeMap::new();
        let mut all = Done::default();
        let agent = agent();
        for mut work in works {
            let Some(path) = self.client.path(&work.json) else {
                all.invalid += 1;
                continue;
            };
            if matches!(work.to, To::Anything) {
                let kind = work.json["kind"].as_str().unwrap_or_default().to_owned();
                let stored = self.client.send(&agent, Verb::Get, &path, &Value::Null)?.body;
                let all = change::all(changes.entry(kind).or_default(), &work.json, &stored);
                work.to = To::These(all);
            }
            // What others read may be there for one at a time.
            let key = if work.goes && !work.beside.is_empty() { String::new() } else { path };
            queues.entry(key).or_default().push(work);
        }
        let queue = Mutex::new(queues.into_values().collect::<VecDeque<_>>());
        let next = || queue.lock().ok().and_then(|mut queue| queue.pop_front());
        let worker = || {
            let mut worker =
                Worker { server: self, agent: agent.clone(), plans, done: Done::default() };
            while let Some(works) = next() {
                works.into_iter().try_for_each(|work| worker.work(work))?;
            }
            Ok(worker.done)
        };
        let results: Vec<Result<Done, Failure>> = thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(worker)).collect();
            let panicked = || Err(Failure::new("a thread that asks the API server has panicked"));
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| panicked())).collect()
        });
        for done in results {
            let Done { objects, invalid, cases } = done?;
            all.objects += objects;
            all.invalid += invalid;
            all.cases.extend(cases);
        }
        Ok(all)
    }

    /// Applies an object that has to be taken; returns what is stored.
    fn apply(&self, agent: &ureq::Agent, object: &Value) -> Result<Value, Failure> {
        let response = self.ask(agent, object, "")?;
        if !response.is_ok() {
            return Err(Failure::new(format!(
                "the API server refuses {} {}, which is to be changed: {}; correct it",
                object["kind"],
                object["metadata"]["name"],
                response.message()
            )));
        }
        if object["kind"] != "PersistentVolumeClaim" || response.body["status"]["phase"] == "Bound"
        {
            return Ok(response.body);
        }
        // Without controllers nothing binds a claim.
        let path = self.client.path(object).unwrap_or_default();
        let volume = json!({"spec": {"volumeName": "bound"}});
        if object["spec"]["volumeName"].is_null() {
            self.client.send(agent, Verb::Merge, &path, &volume)?;
        }
        let bound = json!({"status": {"phase": "Bound", "capacity": object["spec"]["resources"]["requests"],
            "accessModes": object["spec"]["accessModes"]}});
        Ok(self.client.send(agent, Verb::Merge, &format!("{path}/status"), &bound)?.body)
    }

    fn ask(&self, agent: &ureq::Agent, object: &Value, more: &str) -> Result<Response, Failure> {
        let path = self.client.path(object).unwrap_or_default();
        self.client.send(agent, Verb::Apply, &format!("{path}?{MANAGER}{more}"), object)
    }
}

/// One of several that work at the same time.
struct Worker<'a> {
    server: &'a Server,
    agent: ureq::Agent,
    plans: &'a Plans,
    done: Done,
}

impl Worker<'_> {
    fn work(&mut self, work: Work) -> Result<(), Failure> {
        let Work { json: old, to: To::These(changes), beside, goes } = work else { return Ok(()) };
        if !goes {
            return self.changes(&old, changes, &beside, ENOUGH);
        }
        beside.iter().try_for_each(|object| self.server.apply(&self.agent, object).map(drop))?;
        self.changes(&old, changes, &beside, usize::MAX)?;
        [&old].into_iter().chain(&beside).try_for_each(|object| self.delete(object))
    }

    fn changes(
        &mut self,
        old: &Value,
        changes: Vec<Changed>,
        beside: &[Value],
        enough: usize,
    ) -> Result<(), Failure> {
        if !self.server.ask(&self.agent, old, "")?.is_ok() {
            // What is no valid object says nothing about its changes.
            self.done.invalid += changes.len();
            return Ok(());
        }
        let mut stored = self.server.apply(&self.agent, old)?;
        self.done.objects += 1;
        let is_asked = old["kind"].as_str().is_some_and(|kind| ASKED.contains(&kind));
        let mut valid: HashMap<String, usize> = HashMap::new();
        for Changed { path, change, json: new } in changes {
            let count = valid.entry(path.clone()).or_default();
            if *count >= enough {
                continue;
            }
            if !self.is_valid(old, &new)? {
                self.done.invalid += 1;
                continue;
            }
            *count += 1;
            let case = Asked { path: &path, change: &change, beside };
            let response =
                self.server.ask(&self.agent, &new, if is_asked { "&dryRun=All" } else { "" })?;
            if !self.case(&case, old, &new, &stored, &response) || is_asked {
                continue;
            }
            // And back, from an object that never was another one: what the API server has filled in stays otherwise.
            self.delete(old)?;
            let between = self.server.apply(&self.agent, &new)?;
            let response = self.server.ask(&self.agent, old, "")?;
            let case = Asked { change: &format!("{change}, and back"), ..case };
            self.case(&case, &new, old, &between, &response);
            self.delete(old)?;
            stored = self.server.apply(&self.agent, old)?;
        }
        Ok(())
    }

    /// Notes what was answered; whether it was taken over.
    fn case(
        &mut self,
        asked: &Asked<'_>,
        old: &Value,
        new: &Value,
        before: &Value,
        response: &Response,
    ) -> bool {
        let message = response.message();
        let is_ok = response.is_ok();
        // Lists whose elements have the same key can be created, and not applied; ports of nodes are not looked at by a dry run.
        let of_itself = ["duplicate entries for key", "provided port is not in the valid range"];
        if !is_ok && of_itself.iter().any(|reason| message.contains(reason)) {
            self.done.invalid += 1;
            return false;
        }
        let server = if is_ok { of_server(before, &response.body) } else { Verdict::Refused };
        let (plan, said) = self.plans.of(old, new, asked.beside);
        self.done.cases.push(Case {
            kind: old["kind"].as_str().unwrap_or_default().to_owned(),
            path: asked.path.to_owned(),
            change: asked.change.to_owned(),
            old: old.clone(),
            new: new.clone(),
            server,
            reason: if is_ok { String::new() } else { message },
            plan,
            said,
        });
        is_ok
    }

    /// Whether it could be created if it were not there.
    fn is_valid(&self, old: &Value, object: &Value) -> Result<bool, Failure> {
        let collection = self.server.client.collection(object).unwrap_or_default();
        let path = format!("{collection}?{DRY}");
        let create = |object| self.server.client.send(&self.agent, Verb::Create, &path, object);
        let mut created = create(object)?;
        if created.message().contains("already allocated") {
            // Ports of nodes that the object has itself are asked about before all else.
            created = create(&without_node_ports_of(old, object))?;
        }
        // It is looked at before anybody asks whether there is one of this name.
        Ok(created.is_ok() || created.body["reason"] == "AlreadyExists")
    }

    /// Deletes an object, whatever wants to keep it, and waits until it is gone.
    fn delete(&self, object: &Value) -> Result<(), Failure> {
        let client = &self.server.client;
        let path = client.path(object).unwrap_or_default();
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let at_once = format!("{path}?gracePeriodSeconds=0&propagationPolicy=Background");
            client.send(&self.agent, Verb::Delete, &at_once, &Value::Null)?;
            if client.send(&self.agent, Verb::Get, &path, &Value::Null)?.status == 404 {
                return Ok(());
            }
            let free = json!({"metadata": {"finalizers": null}});
            client.send(&self.agent, Verb::Merge, &path, &free)?;
        }
        Err(Failure::new(format!(
            "the API server does not delete {path} within {} s: run again with --keep and look",
            PATIENCE.as_secs()
        )))
    }
}

/// A Service without the ports of nodes that another version of it has.
fn without_node_ports_of(old: &Value, new: &Value) -> Value {
    let ports = |service: &Value| service["spec"]["ports"].as_array().cloned().unwrap_or_default();
    let taken: Vec<Value> = ports(old)
        .iter()
        .map(|port| port["nodePort"].clone())
        .filter(|port| !port.is_null())
        .collect();
    let mut service = new.clone();
    for port in service["spec"]["ports"].as_array_mut().into_iter().flatten() {
        if let Some(port) = port.as_object_mut() {
            port.retain(|key, value| key != "nodePort" || !taken.contains(value));
        }
    }
    service
}

/// What is asked.
struct Asked<'a> {
    path: &'a str,
    change: &'a str,
    beside: &'a [Value],
}
