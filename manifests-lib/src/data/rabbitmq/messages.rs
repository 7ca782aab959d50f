//! Queues and topics beside sagas.

mod client;

use std::rc::Rc;

use custom_resources::rabbitmq::v1beta1 as rabbitmq;
use serde_json::json;

pub use client::{MessageClient, Publishing, Receiving, Sending};

use super::{Rabbitmq, RabbitmqState};
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::values::{BindingKey, Name};

/// A virtual host of a broker, with the queues and topics of a component.
///
/// Becomes a Vhost and an Exchange `dead-letter`. Deleting the objects deletes no message.
///
/// Upstream: <https://www.rabbitmq.com/docs/vhosts>
#[derive(Clone)]
pub struct Messages {
    state: Rc<MessagesState>,
    made: Made,
}

/// A queue that components send to and read from.
///
/// Becomes a quorum Queue, an Exchange of the same name that leads to it, a Queue `dead-letter.<name>`, their Bindings and a
/// Policy: what cannot be delivered in five attempts goes to the dead-letter queue.
///
/// Upstream: <https://www.rabbitmq.com/docs/quorum-queues>, <https://www.rabbitmq.com/docs/dlx>
#[derive(Clone)]
pub struct MessageQueue {
    messages: Rc<MessagesState>,
    name: Name,
    made: Made,
}

/// An exchange to which components publish events, each of which reaches all who subscribe to its key.
///
/// Becomes an Exchange of type `topic`.
///
/// Upstream: <https://www.rabbitmq.com/tutorials/tutorial-five-python>
#[derive(Clone)]
pub struct Topic {
    messages: Rc<MessagesState>,
    name: Name,
    made: Made,
}

patchable! {
    Messages { made: rabbitmq::Vhost, rabbitmq::Exchange; }
}

patchable! {
    MessageQueue { made: rabbitmq::Exchange, rabbitmq::Queue, rabbitmq::Binding, rabbitmq::Policy; }
}

patchable! {
    Topic { made: rabbitmq::Exchange; }
}

struct MessagesState {
    component: Component,
    origin: Origin,
    rabbitmq: Rc<RabbitmqState>,
}

/// Where messages go that could not be delivered.
const DEAD_LETTER: &str = "dead-letter";

/// How often a message is delivered before it is dead-lettered.
const ATTEMPTS: u8 = 5;

impl Component {
    /// Gives the component a virtual host of a broker, `<bundle>-messages`, for queues and topics.
    #[track_caller]
    #[must_use = "without a queue or a topic no message goes through it"]
    pub fn messages(&self, rabbitmq: &Rabbitmq) -> Messages {
        let (component, origin) = (self.clone(), Origin::here());
        let state =
            Rc::new(MessagesState { component, origin, rabbitmq: Rc::clone(&rabbitmq.state) });
        self.bundle.refuse_foreign("the broker", rabbitmq.bundle(), origin);
        rabbitmq.know(self);
        let made = self.bundle.push(Rc::clone(&state));
        Messages { state, made }
    }
}

impl Messages {
    /// A queue: `messages.queue(name!("orders"))`.
    #[track_caller]
    #[must_use = "let a client send to it and another read it"]
    pub fn queue(&self, name: Name) -> MessageQueue {
        let origin = Origin::here();
        self.state.refuse_reserved(&name, origin);
        let component = &self.state.component;
        let made = component.bundle.push(QueuePart {
            messages: Rc::clone(&self.state),
            component: component.clone(),
            origin,
            queue: name.to_string(),
            object: name.to_string(),
            source: Source::Own,
        });
        MessageQueue { messages: Rc::clone(&self.state), name, made }
    }

    /// A topic: `messages.topic(name!("events"))`.
    #[track_caller]
    #[must_use = "let clients publish to it and subscribe to it"]
    pub fn topic(&self, name: Name) -> Topic {
        let origin = Origin::here();
        self.state.refuse_reserved(&name, origin);
        let messages = Rc::clone(&self.state);
        let part = TopicPart { messages: Rc::clone(&messages), origin, name: name.clone() };
        let made = self.state.component.bundle.push(part);
        Topic { messages, name, made }
    }
}

impl MessagesState {
    fn virtual_host(&self) -> String {
        format!("{}-messages", self.component.bundle.name)
    }

    fn cluster(&self) -> rabbitmq::ClusterReference {
        rabbitmq::ClusterReference {
            connection_secret: None,
            name: Some(self.rabbitmq.name.to_string()),
            namespace: Some(self.rabbitmq.namespace.to_string()),
        }
    }

    fn refuse_reserved(&self, name: &Name, origin: Origin) {
        if name.as_str() == DEAD_LETTER {
            let message = format!(
                "{name} is the exchange of what could not be delivered, and messages would go round in circles: choose another name"
            );
            let bundle = &self.component.bundle;
            bundle.error(BuildError::new(Rule::ForeignQueue, origin, message));
        }
    }

    fn exchange(&self, origin: Origin, name: &str, kind: &str, output: &mut Output<'_>) {
        output.add(
            origin,
            rabbitmq::Exchange {
                metadata: self.component.metadata(&format!("messages-exchange-{name}")),
                spec: Some(rabbitmq::ExchangeSpec {
                    auto_delete: Some(false),
                    durable: Some(true),
                    type_: Some(kind.to_owned()),
                    vhost: Some(self.virtual_host()),
                    ..rabbitmq::ExchangeSpec::required(name.to_owned(), self.cluster())
                }),
            },
        );
    }
}

impl Part for MessagesState {
    fn build(&self, output: &mut Output<'_>) {
        output.add(
            self.origin,
            rabbitmq::Vhost {
                metadata: self.component.metadata("messages-vhost"),
                spec: Some(rabbitmq::VhostSpec {
                    default_queue_type: Some(rabbitmq::VhostDefaultQueueType::Quorum),
                    deletion_policy: Some(rabbitmq::DeletionPolicy::Retain),
                    ..rabbitmq::VhostSpec::required(self.virtual_host(), self.cluster())
                }),
            },
        );
        self.exchange(self.origin, DEAD_LETTER, "direct", output);
    }
}

struct TopicPart {
    messages: Rc<MessagesState>,
    origin: Origin,
    name: Name,
}

impl Part for TopicPart {
    fn build(&self, output: &mut Output<'_>) {
        self.messages.exchange(self.origin, self.name.as_str(), "topic", output);
    }
}

/// A queue with its dead letters, of the virtual host's own or of a subscription.
struct QueuePart {
    messages: Rc<MessagesState>,
    /// Whose objects they are.
    component: Component,
    origin: Origin,
    queue: String,
    /// What the names of the objects end in.
    object: String,
    source: Source,
}

/// What leads to a queue.
enum Source {
    /// An exchange of the same name.
    Own,
    /// A topic, with these keys.
    Topic(Name, Vec<BindingKey>),
}

impl QueuePart {
    fn queue(&self, output: &mut Output<'_>, object: &str, name: String) {
        output.add(
            self.origin,
            rabbitmq::Queue {
                metadata: self.component.metadata(&format!("messages-queue-{object}")),
                spec: Some(rabbitmq::QueueSpec {
                    auto_delete: Some(false),
                    deletion_policy: Some(rabbitmq::DeletionPolicy::Retain),
                    durable: Some(true),
                    type_: Some("quorum".to_owned()),
                    vhost: Some(self.messages.virtual_host()),
                    ..rabbitmq::QueueSpec::required(name, self.messages.cluster())
                }),
            },
        );
    }

    fn binding(&self, output: &mut Output<'_>, object: &str, binding: [&str; 3]) {
        let [source, key, queue] = binding.map(str::to_owned);
        output.add(
            self.origin,
            rabbitmq::Binding {
                metadata: self.component.metadata(&format!("messages-binding-{object}")),
                spec: Some(rabbitmq::BindingSpec {
                    destination: Some(queue),
                    destination_type: Some(rabbitmq::BindingDestinationType::Queue),
                    routing_key: Some(key),
                    source: Some(source),
                    vhost: Some(self.messages.virtual_host()),
                    ..rabbitmq::BindingSpec::required(self.messages.cluster())
                }),
            },
        );
    }

    /// A message stays in its queue until the dead-letter queue has it. There it has the name of the queue as its key, whichever
    /// it was sent with.
    fn policy(&self) -> rabbitmq::Policy {
        rabbitmq::Policy {
            metadata: self.component.metadata(&format!("messages-policy-{}", self.object)),
            spec: Some(rabbitmq::PolicySpec {
                apply_to: Some(rabbitmq::PolicyApplyTo::QuorumQueues),
                definition: json!({
                    "dead-letter-exchange": DEAD_LETTER,
                    "dead-letter-routing-key": self.queue,
                    "dead-letter-strategy": "at-least-once",
                    "delivery-limit": ATTEMPTS,
                    "overflow": "reject-publish",
                }),
                name: self.queue.clone(),
                pattern: pattern([&self.queue]),
                priority: Some(0),
                rabbitmq_cluster_reference: self.messages.cluster(),
                vhost: Some(self.messages.virtual_host()),
            }),
        }
    }
}

impl Part for QueuePart {
    fn build(&self, output: &mut Output<'_>) {
        let Self { queue, object, .. } = self;
        let dead = format!("{DEAD_LETTER}.{queue}");
        let of_dead = format!("{DEAD_LETTER}-{object}");
        if let Source::Own = &self.source {
            self.messages.exchange(self.origin, queue, "direct", output);
        }
        self.queue(output, object, queue.clone());
        self.queue(output, &of_dead, dead.clone());
        match &self.source {
            Source::Own => self.binding(output, object, [queue, queue, queue]),
            Source::Topic(topic, keys) => {
                for key in keys {
                    let object = format!("{object}-{}", named_by(key));
                    self.binding(output, &object, [topic.as_str(), key.as_str(), queue]);
                }
            }
        }
        self.binding(output, &of_dead, [DEAD_LETTER, queue, &dead]);
        output.add(self.origin, self.policy());
    }
}

/// A part of an object's name for each key: the operator takes no other key for a Binding that is there.
fn named_by(key: &BindingKey) -> String {
    let words = key.as_str().split('.').map(|word| match word {
        "*" => "any".to_owned(),
        "#" => "all".to_owned(),
        word => word.to_ascii_lowercase().replace('_', "-"),
    });
    words.collect::<Vec<_>>().join(".")
}

/// What matches these names and no other.
fn pattern<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.replace('.', "\\.")).collect();
    match names.as_slice() {
        [] => "^$".to_owned(),
        [name] => format!("^{name}$"),
        _ => format!("^({})$", names.join("|")),
    }
}
