//! A saga: the steps of a transaction across services, each with a queue.

use std::rc::Rc;

use custom_resources::cert_manager::v1 as cert_manager;
use custom_resources::rabbitmq::v1beta1 as rabbitmq;
use k8s_openapi::api::core::v1::LocalObjectReference;
use serde_json::json;

use super::{Rabbitmq, RabbitmqState};
use crate::data::secret::SecretKey;
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::facts::Facts;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::network::certificate::{CA_KEY, ca_in};
use crate::values::{Name, Port};
use crate::workload::Variable;

/// The steps of a transaction across services, which a component sends to and reads from through a broker.
///
/// Becomes a Vhost with a User of its own, an Exchange `saga`, an Exchange `dead-letter` and for each step a quorum Queue
/// `saga.<step>`, a Queue `dead-letter.<step>` and their Bindings. What a queue cannot deliver in five attempts goes to the
/// dead-letter queue of its step. Deleting the objects deletes no message.
///
/// Upstream: <https://www.rabbitmq.com/docs/quorum-queues>, <https://www.rabbitmq.com/docs/dlx>
#[derive(Clone)]
pub struct Saga<'a> {
    /// The broker.
    pub rabbitmq: &'a Rabbitmq,
    /// The steps, which are the routing keys: `vec![name!("create"), name!("pay")]`.
    pub steps: Vec<Name>,
}

/// A [`Saga`] of a component: what it has to know to take part.
#[derive(Clone, Debug)]
pub struct SagaHandle {
    host: String,
    port: Port,
    virtual_host: String,
    user: SecretKey,
    password: SecretKey,
    ca: SecretKey,
    made_for: MadeFor,
    made: Made,
}

patchable! {
    SagaHandle {
        made: rabbitmq::Vhost, rabbitmq::User, rabbitmq::Permission, rabbitmq::Policy, rabbitmq::Exchange,
            rabbitmq::Queue, rabbitmq::Binding, cert_manager::Certificate;
    }
}

/// Where messages are sent, and the first part of the names of queues.
const SAGA: &str = "saga";

/// Where messages go that could not be delivered.
const DEAD_LETTER: &str = "dead-letter";

/// How often a message is delivered before it is dead-lettered.
const ATTEMPTS: u8 = 5;

impl Component {
    /// Gives the component queues for the steps of a saga, and admits it to the broker.
    #[track_caller]
    #[must_use = "give the address and the credentials to a container"]
    pub fn saga(&self, saga: Saga<'_>) -> SagaHandle {
        let Saga { rabbitmq, steps } = saga;
        let origin = Origin::here();
        let made_for = MadeFor::component(self, origin);
        self.bundle.refuse_foreign("the broker", rabbitmq.bundle(), origin);
        rabbitmq.admit(self);
        let part = SagaPart {
            component: self.clone(),
            origin,
            rabbitmq: Rc::clone(&rabbitmq.state),
            steps,
        };
        let service = rabbitmq.state.service();
        // The operator's own suffix.
        let credentials = format!("{}-user-credentials", part.user());
        let (virtual_host, ca) = (part.virtual_host(), part.ca());
        let made = self.bundle.push(part);
        let key = |secret: String, key| SecretKey::of(secret, key, made_for.clone(), made.clone());
        SagaHandle {
            host: service.host(),
            port: service.port,
            virtual_host,
            user: key(credentials.clone(), "username"),
            password: key(credentials, "password"),
            ca: key(ca, CA_KEY),
            made_for: made_for.clone(),
            made: made.clone(),
        }
    }
}

impl SagaHandle {
    fn variable(&self, name: &str, value: impl Into<String>) -> Variable {
        Variable::from_handle(name, value, self.made_for.clone())
    }

    /// The host of the broker.
    #[must_use]
    pub fn host(&self, variable: &str) -> Variable {
        self.variable(variable, &self.host)
    }

    /// Its port, for AMQP by TLS.
    #[must_use]
    pub fn port(&self, variable: &str) -> Variable {
        self.variable(variable, self.port.to_string())
    }

    /// The virtual host.
    #[must_use]
    pub fn virtual_host(&self, variable: &str) -> Variable {
        self.variable(variable, &self.virtual_host)
    }

    /// The exchange to send to; the routing key is the step.
    #[must_use]
    pub fn exchange(&self, variable: &str) -> Variable {
        self.variable(variable, SAGA)
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
}

struct SagaPart {
    component: Component,
    origin: Origin,
    rabbitmq: Rc<RabbitmqState>,
    steps: Vec<Name>,
}

impl SagaPart {
    fn virtual_host(&self) -> String {
        self.component.bundle.name.to_string()
    }

    fn user(&self) -> String {
        self.component.object_name("user")
    }

    /// Name of the Secret with the CA's certificate.
    fn ca(&self) -> String {
        self.component.object_name("authority")
    }

    fn cluster(&self) -> rabbitmq::ClusterReference {
        rabbitmq::ClusterReference {
            connection_secret: None,
            name: Some(self.rabbitmq.name.to_string()),
            namespace: Some(self.rabbitmq.namespace.to_string()),
        }
    }

    fn accounts(&self, output: &mut Output<'_>) {
        output.add(
            self.origin,
            rabbitmq::Vhost {
                metadata: self.component.metadata("vhost"),
                spec: Some(rabbitmq::VhostSpec {
                    default_queue_type: Some(rabbitmq::VhostDefaultQueueType::Quorum),
                    deletion_policy: Some(rabbitmq::DeletionPolicy::Retain),
                    ..rabbitmq::VhostSpec::required(self.virtual_host(), self.cluster())
                }),
            },
        );
        output.add(
            self.origin,
            rabbitmq::User {
                metadata: self.component.metadata("user"),
                spec: Some(rabbitmq::UserSpec::required(self.cluster())),
            },
        );
        output.add(
            self.origin,
            rabbitmq::Permission {
                metadata: self.component.metadata("permission"),
                spec: Some(rabbitmq::PermissionSpec {
                    // It sends and reads; queues and exchanges stand here.
                    permissions: rabbitmq::PermissionPermissions {
                        configure: Some("^$".to_owned()),
                        read: Some(format!("^({SAGA}|{DEAD_LETTER})\\.")),
                        write: Some(format!("^{SAGA}$")),
                    },
                    rabbitmq_cluster_reference: self.cluster(),
                    user: None,
                    user_reference: Some(LocalObjectReference { name: self.user() }),
                    vhost: self.virtual_host(),
                }),
            },
        );
    }

    fn exchange(&self, name: &str) -> rabbitmq::Exchange {
        rabbitmq::Exchange {
            metadata: self.component.metadata(&format!("exchange-{name}")),
            spec: Some(rabbitmq::ExchangeSpec {
                auto_delete: Some(false),
                durable: Some(true),
                type_: Some("direct".to_owned()),
                vhost: Some(self.virtual_host()),
                ..rabbitmq::ExchangeSpec::required(name.to_owned(), self.cluster())
            }),
        }
    }

    /// The queue behind an exchange for one step, and its binding.
    fn queue(&self, output: &mut Output<'_>, exchange: &str, step: &Name) {
        let queue = format!("{exchange}.{step}");
        output.add(
            self.origin,
            rabbitmq::Queue {
                metadata: self.component.metadata(&format!("queue-{exchange}-{step}")),
                spec: Some(rabbitmq::QueueSpec {
                    auto_delete: Some(false),
                    deletion_policy: Some(rabbitmq::DeletionPolicy::Retain),
                    durable: Some(true),
                    type_: Some("quorum".to_owned()),
                    vhost: Some(self.virtual_host()),
                    ..rabbitmq::QueueSpec::required(queue.clone(), self.cluster())
                }),
            },
        );
        output.add(
            self.origin,
            rabbitmq::Binding {
                metadata: self.component.metadata(&format!("binding-{exchange}-{step}")),
                spec: Some(rabbitmq::BindingSpec {
                    destination: Some(queue),
                    destination_type: Some(rabbitmq::BindingDestinationType::Queue),
                    routing_key: Some(step.to_string()),
                    source: Some(exchange.to_owned()),
                    vhost: Some(self.virtual_host()),
                    ..rabbitmq::BindingSpec::required(self.cluster())
                }),
            },
        );
    }

    /// A message stays in its queue until the dead-letter queue has it: then, and only then, sending is refused when a queue is full.
    fn policy(&self) -> rabbitmq::Policy {
        rabbitmq::Policy {
            metadata: self.component.metadata("policy"),
            spec: Some(rabbitmq::PolicySpec {
                apply_to: Some(rabbitmq::PolicyApplyTo::QuorumQueues),
                definition: json!({
                    "dead-letter-exchange": DEAD_LETTER,
                    "dead-letter-strategy": "at-least-once",
                    "delivery-limit": ATTEMPTS,
                    "overflow": "reject-publish",
                }),
                name: SAGA.to_owned(),
                pattern: format!("^{SAGA}\\."),
                priority: Some(0),
                rabbitmq_cluster_reference: self.cluster(),
                vhost: Some(self.virtual_host()),
            }),
        }
    }
}

impl Part for SagaPart {
    fn declare(&self, declared: &mut Facts) {
        declared.push(self.rabbitmq.issuer.asked_in(self.component.bundle().namespace()));
    }

    fn build(&self, output: &mut Output<'_>) {
        self.accounts(output);
        output.add(self.origin, self.policy());
        for exchange in [SAGA, DEAD_LETTER] {
            output.add(self.origin, self.exchange(exchange));
            for step in &self.steps {
                self.queue(output, exchange, step);
            }
        }
        output.add(self.origin, ca_in(&self.rabbitmq.issuer, self.component.metadata("authority")));
    }
}
