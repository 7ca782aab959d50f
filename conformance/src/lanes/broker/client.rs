//! A rendered user of RabbitMQ, who sends and fetches messages through the management API.

use std::thread;
use std::time::{Duration, Instant};

use harness::Failure;
use serde_json::{Value, json};

use super::server::{Account, Answer, Server, path};
use super::topology::{Place, Topology};

/// How long a message may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is done with a message that was fetched, as `get` of the management API calls it: it comes back.
pub const REQUEUE: &str = "reject_requeue_true";
/// It goes to the queue of dead letters.
pub const REJECT: &str = "reject_requeue_false";

/// A user in a virtual host.
pub struct Client<'a> {
    /// The RabbitMQ.
    pub server: &'a Server,
    /// Name of the environment.
    pub environment: &'a str,
    /// What the environment has.
    pub topology: &'a Topology<'a>,
    /// The user.
    pub account: &'a Account,
    /// Name of the virtual host.
    pub vhost: &'a str,
}

impl Client<'_> {
    /// Asks for something as the user.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.server.ask(self.account, method, path, body)
    }

    /// Sends a message as the user.
    pub fn publish(&self, exchange: &str, key: &str, payload: &str) -> Result<Answer, Failure> {
        let path = path(&["exchanges", self.vhost, exchange, "publish"]);
        self.ask("POST", &path, &message(key, payload))
    }

    /// Fetches a message from a queue, and gives it back as told; why it cannot be fetched.
    pub fn wait_for(
        &self,
        queue: &str,
        payload: &str,
        then: &str,
    ) -> Result<Result<Value, String>, Failure> {
        let started = Instant::now();
        let body = json!({"count": 1, "ackmode": then, "encoding": "auto"});
        loop {
            let path = path(&["queues", self.vhost, queue, "get"]);
            let answer = self.ask("POST", &path, &body)?;
            if !answer.is_success() {
                return Ok(Err(format!("it cannot be fetched from {queue}: {answer}")));
            }
            match answer.body.get(0) {
                Some(message) if message["payload"] == payload => return Ok(Ok(message.clone())),
                Some(other) => {
                    return Ok(Err(format!("{queue} has another message, {}", other["payload"])));
                }
                None if started.elapsed() > PATIENCE => {
                    return Ok(Err(format!("it is not in {queue} after {} s", PATIENCE.as_secs())));
                }
                None => thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    /// What is still in a queue; it is emptied.
    pub fn left(&self, queue: &Place) -> Result<Vec<String>, Failure> {
        let body = json!({"count": 100, "ackmode": "ack_requeue_false", "encoding": "auto"});
        let path = path(&["queues", &queue.vhost, &queue.name, "get"]);
        let messages = self.server.must_administer("POST", &path, &body)?;
        Ok(messages
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|message| message["payload"].as_str().map(str::to_owned))
            .collect())
    }
}

/// A message as the management API takes it.
pub fn message(key: &str, payload: &str) -> Value {
    json!({
        "properties": {},
        "routing_key": key,
        "payload": payload,
        "payload_encoding": "string",
    })
}
