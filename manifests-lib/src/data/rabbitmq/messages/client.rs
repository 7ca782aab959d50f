//! The components that send to queues and topics and read from them: users of the broker.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use custom_resources::cert_manager::v1 as cert_manager;
use custom_resources::rabbitmq::v1beta1 as rabbitmq;
use k8s_openapi::api::core::v1::LocalObjectReference;

use super::{
    DEAD_LETTER, MessageQueue, Messages, MessagesState, QueuePart, Rabbitmq, Source, Topic, pattern,
};
use crate::data::login::with_login;
use crate::data::secret::SecretKey;
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::facts::Facts;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::network::certificate::{CA_KEY, ca_in};
use crate::values::{BindingKey, Name};
use crate::workload::Variable;

/// A component as a user of a virtual host: it may do what it has said, and nothing else.
///
/// Becomes a User, a Permission and the certificate of the broker's CA.
///
/// Upstream: <https://www.rabbitmq.com/docs/access-control>
#[derive(Clone)]
pub struct MessageClient {
    state: Rc<ClientState>,
    user: SecretKey,
    password: SecretKey,
    ca: SecretKey,
    made_for: MadeFor,
    made: Made,
}

/// Where a component sends messages to.
#[derive(Clone)]
pub struct Sending {
    exchange: String,
    routing_key: String,
    made_for: MadeFor,
}

/// Where a component publishes events.
#[derive(Clone)]
pub struct Publishing {
    exchange: String,
    made_for: MadeFor,
}

/// Where a component reads messages from.
#[derive(Clone)]
pub struct Receiving {
    queue: String,
    made_for: MadeFor,
    made: Made,
}

patchable! {
    MessageClient { made: rabbitmq::User, rabbitmq::Permission, cert_manager::Certificate; }
}

patchable! {
    /// Only a subscription has objects of its own.
    ///
    Receiving { made: rabbitmq::Queue, rabbitmq::Binding, rabbitmq::Policy; }
}

struct ClientState {
    component: Component,
    origin: Origin,
    messages: Rc<MessagesState>,
    /// Exchanges that it writes to.
    writes: RefCell<BTreeSet<String>>,
    /// Queues that it reads.
    reads: RefCell<BTreeSet<String>>,
}

impl Messages {
    /// Makes a component a user of the virtual host, and admits it to the broker. Once for each component.
    #[track_caller]
    #[must_use = "give the address and the credentials to a container"]
    pub fn client(&self, component: &Component) -> MessageClient {
        let origin = Origin::here();
        let rabbitmq = &self.state.rabbitmq;
        let owner = &self.state.component.bundle;
        component.bundle.refuse_foreign("the virtual host", owner, origin);
        Rabbitmq::admit_to(rabbitmq, component);
        let state = Rc::new(ClientState {
            component: component.clone(),
            origin,
            messages: Rc::clone(&self.state),
            writes: RefCell::default(),
            reads: RefCell::default(),
        });
        let made_for = MadeFor::component(component, origin);
        let made = component.bundle.push(Rc::clone(&state));
        let key = |secret: String, key| SecretKey::of(secret, key, made_for.clone(), made.clone());
        // The operator's own suffix.
        let credentials = format!("{}-user-credentials", state.user());
        MessageClient {
            user: key(credentials.clone(), "username"),
            password: key(credentials, "password"),
            ca: key(component.object_name(&state.suffixed("authority")), CA_KEY),
            made_for: made_for.clone(),
            made: made.clone(),
            state,
        }
    }
}

impl MessageClient {
    /// Lets the component send messages to a queue.
    #[track_caller]
    pub fn sends_to(&self, queue: &MessageQueue) -> Sending {
        self.refuse_foreign(&queue.messages, &queue.name, Origin::here());
        let exchange = queue.name.to_string();
        self.state.writes.borrow_mut().insert(exchange.clone());
        Sending { routing_key: exchange.clone(), exchange, made_for: self.made_for.clone() }
    }

    /// Lets the component read a queue and its dead letters.
    #[track_caller]
    pub fn consumes(&self, queue: &MessageQueue) -> Receiving {
        self.refuse_foreign(&queue.messages, &queue.name, Origin::here());
        self.reads(queue.name.to_string(), queue.made.clone())
    }

    /// Lets the component publish events, under whichever keys.
    #[track_caller]
    pub fn publishes(&self, topic: &Topic) -> Publishing {
        self.refuse_foreign(&topic.messages, &topic.name, Origin::here());
        let exchange = topic.name.to_string();
        self.state.writes.borrow_mut().insert(exchange.clone());
        Publishing { exchange, made_for: self.made_for.clone() }
    }

    /// Gives the component a queue of its own, `<topic>.<bundle>.<component>.<name>`, with every event under one of the keys:
    /// `client.subscribes(&events, name!("billing"), [binding_key!("order.*")])`.
    ///
    /// Becomes, in the component's bundle, a quorum Queue with its dead letters as any [`MessageQueue`], and a Binding for each
    /// key. Pods of the component share the queue.
    #[track_caller]
    pub fn subscribes(
        &self,
        topic: &Topic,
        name: Name,
        keys: impl IntoIterator<Item = BindingKey>,
    ) -> Receiving {
        let origin = Origin::here();
        self.refuse_foreign(&topic.messages, &topic.name, origin);
        let keys: Vec<BindingKey> = keys.into_iter().collect();
        let component = &self.state.component;
        if keys.is_empty() {
            let message = format!(
                "the subscription {name} has no key, and no event of {} would reach it: name one, such as binding_key!(\"#\") for all",
                topic.name
            );
            component.bundle.error(BuildError::new(Rule::MismatchedRights, origin, message));
        }
        // Another component's subscription may have the same name.
        let of = format!("{}.{}", component.bundle.name, component.name());
        let queue = format!("{}.{of}.{name}", topic.name);
        let made = component.bundle.push(QueuePart {
            messages: Rc::clone(&topic.messages),
            component: component.clone(),
            origin,
            queue: queue.clone(),
            object: self.state.suffixed(&format!("{}-{name}", topic.name)),
            source: Source::Topic(topic.name.clone(), keys),
        });
        self.reads(queue, made)
    }

    fn reads(&self, queue: String, made: Made) -> Receiving {
        self.state.reads.borrow_mut().insert(queue.clone());
        Receiving { queue, made_for: self.made_for.clone(), made }
    }

    fn refuse_foreign(&self, messages: &Rc<MessagesState>, name: &Name, origin: Origin) {
        if !Rc::ptr_eq(messages, &self.state.messages) {
            let message = format!(
                "{name} is in the virtual host {}, and this client connects to {}, where there is none: make a client of {}",
                messages.virtual_host(),
                self.state.messages.virtual_host(),
                messages.virtual_host()
            );
            let error = BuildError::new(Rule::ForeignQueue, origin, message);
            self.state.component.bundle.error(error.related([self.state.origin]));
        }
    }

    fn variable(&self, name: &str, value: impl Into<String>) -> Variable {
        Variable::from_handle(name, value, self.made_for.clone())
    }

    /// The host of the broker.
    #[must_use]
    pub fn host(&self, variable: &str) -> Variable {
        self.variable(variable, self.state.messages.rabbitmq.service().host())
    }

    /// Its port, for AMQP by TLS.
    #[must_use]
    pub fn port(&self, variable: &str) -> Variable {
        self.variable(variable, self.state.messages.rabbitmq.service().port.to_string())
    }

    /// The virtual host.
    #[must_use]
    pub fn virtual_host(&self, variable: &str) -> Variable {
        self.variable(variable, self.state.messages.virtual_host())
    }

    /// The user, from the Secret that the operator makes.
    #[must_use]
    pub fn user(&self, variable: &str) -> Variable {
        self.user.variable(variable)
    }

    /// The password, from the Secret that the operator makes.
    #[must_use]
    pub fn password(&self, variable: &str) -> Variable {
        self.password.variable(variable)
    }

    /// The certificate of the CA that the broker's is from, as PEM.
    #[must_use]
    pub fn ca_certificate(&self, variable: &str) -> Variable {
        self.ca.variable(variable)
    }

    /// The connection as a URL, `amqps://$(…):$(…)@host:5671/<virtual host>`; user and password are variables before it,
    /// `<variable>_USER` and `<variable>_PASSWORD`, which the operator makes of letters, digits, `-` and `_`.
    ///
    /// Upstream: <https://www.rabbitmq.com/docs/uri-spec>
    #[must_use]
    pub fn url(&self, variable: &str) -> Variable {
        let Self { state, user, password, made_for, .. } = self;
        let (broker, host) = (state.messages.rabbitmq.service(), state.messages.virtual_host());
        with_login(variable, user, password, made_for, |user, password| {
            format!("amqps://$({user}):$({password})@{}/{host}", broker.address())
        })
    }
}

impl Sending {
    /// The exchange to send to.
    #[must_use]
    pub fn exchange(&self, variable: &str) -> Variable {
        Variable::from_handle(variable, &self.exchange, self.made_for.clone())
    }

    /// The routing key to send with.
    #[must_use]
    pub fn routing_key(&self, variable: &str) -> Variable {
        // A key of a message, which opens nothing.
        Variable::composed(variable, self.routing_key.clone(), Vec::new(), self.made_for.clone())
    }
}

impl Publishing {
    /// The exchange to publish to.
    #[must_use]
    pub fn exchange(&self, variable: &str) -> Variable {
        Variable::from_handle(variable, &self.exchange, self.made_for.clone())
    }
}

impl Receiving {
    /// The queue to read.
    #[must_use]
    pub fn queue(&self, variable: &str) -> Variable {
        Variable::from_handle(variable, &self.queue, self.made_for.clone())
    }

    /// The queue of what could not be handled.
    #[must_use]
    pub fn dead_letters(&self, variable: &str) -> Variable {
        Variable::from_handle(
            variable,
            format!("{DEAD_LETTER}.{}", self.queue),
            self.made_for.clone(),
        )
    }
}

impl ClientState {
    /// What tells the objects about one virtual host from those about another.
    fn suffixed(&self, object: &str) -> String {
        format!("{}-{object}", self.messages.component.bundle.name)
    }

    fn user(&self) -> String {
        self.component.object_name(&self.suffixed("user"))
    }
}

impl Part for ClientState {
    fn declare(&self, declared: &mut Facts) {
        let issuer = &self.messages.rabbitmq.issuer;
        declared.push(issuer.asked_in(self.component.bundle().namespace()));
    }

    fn build(&self, output: &mut Output<'_>) {
        let cluster = self.messages.cluster();
        output.add(
            self.origin,
            rabbitmq::User {
                metadata: self.component.metadata(&self.suffixed("user")),
                spec: Some(rabbitmq::UserSpec::required(cluster.clone())),
            },
        );
        let (writes, reads) = (self.writes.borrow(), self.reads.borrow());
        let dead = reads.iter().map(|queue| format!("{DEAD_LETTER}.{queue}"));
        let reads: BTreeSet<String> = reads.iter().cloned().chain(dead).collect();
        output.add(
            self.origin,
            rabbitmq::Permission {
                metadata: self.component.metadata(&self.suffixed("permission")),
                spec: Some(rabbitmq::PermissionSpec {
                    // It sends and reads; queues and exchanges stand here.
                    permissions: rabbitmq::PermissionPermissions {
                        configure: Some("^$".to_owned()),
                        read: Some(pattern(&reads)),
                        write: Some(pattern(&*writes)),
                    },
                    rabbitmq_cluster_reference: cluster,
                    user: None,
                    user_reference: Some(LocalObjectReference { name: self.user() }),
                    vhost: self.messages.virtual_host(),
                }),
            },
        );
        let metadata = self.component.metadata(&self.suffixed("authority"));
        output.add(self.origin, ca_in(&self.messages.rabbitmq.issuer, metadata));
    }
}
