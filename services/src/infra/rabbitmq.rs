//! RabbitMQ: the broker of the sagas.

use manifests_lib::{Namespace, name};

/// Where the cluster of brokers runs.
pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("rabbitmq"));
