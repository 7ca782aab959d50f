//! Asks the API server what it would do with objects: it is told to store nothing.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use harness::{Cluster, Failure, Programs, progress};
use serde_json::Value;

use crate::lanes::client::{Client, Response, THREADS, Verb, agent};

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

/// A way to ask.
pub struct Asking {
    client: Client,
}

impl Asking {
    /// Starts the way, and asks which kinds there are.
    pub fn start(programs: &Programs, cluster: &Cluster) -> Result<Self, Failure> {
        Ok(Self { client: Client::start(programs, cluster)? })
    }

    /// Whether there is such a kind.
    pub fn serves(&self, object: &Value) -> bool {
        self.client.serves(object)
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
        let (Some(collection), Some(path)) =
            (self.client.collection(object), self.client.path(object))
        else {
            return Ok(Answer::Unseen);
        };
        let options = "dryRun=All&fieldValidation=Strict&fieldManager=conformance";
        let create = format!("{collection}?{options}");
        let created = answer(&self.client.send(agent, Verb::Create, &create, object)?);
        if created != Answer::Accepted {
            return Ok(created);
        }
        let apply = format!("{path}?{options}&force=true");
        Ok(answer(&self.client.send(agent, Verb::Apply, &apply, object)?))
    }
}

fn answer(response: &Response) -> Answer {
    if response.is_ok() {
        return Answer::Accepted;
    }
    let message = response.message();
    let is_of_namespace = response.body["code"] == 404 && message.starts_with("namespaces ");
    if is_of_namespace || response.body["reason"] == "AlreadyExists" {
        Answer::Unseen
    } else {
        Answer::Refused(message)
    }
}
