//! A broker of messages that RabbitMQ's operators run, and what an application has of it.
//!
//! The broker stays outside the mesh: its operators and whoever scrapes it have no certificate of the mesh. Its own TLS, its
//! users and a NetworkPolicy of declared callers stand in.

mod saga;
mod server;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::model::namespace::Namespace;
use crate::network::certificate::ClusterIssuer;
use crate::network::mesh::Caller;
use crate::network::tool_service::ToolService;
use crate::values::{Name, Port};

pub use saga::{Saga, SagaHandle};
pub use server::{BrokerServer, MessagingOperator};

/// Where clients connect, by TLS.
const AMQPS: Port = port!(5671);

/// A cluster of RabbitMQ as others refer to it.
///
/// Upstream: <https://www.rabbitmq.com/kubernetes/operator/operator-overview>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    /// Name of the RabbitmqCluster and of the Service that the operator makes.
    pub name: Name,
    /// Where it runs.
    pub namespace: Namespace,
}

impl Broker {
    /// Where clients connect.
    fn service(&self) -> ToolService {
        ToolService { name: self.name.clone(), namespace: self.namespace.clone(), port: AMQPS }
    }
}

/// A [`Broker`] that is part of the platform: who gets an address of it is admitted.
#[derive(Clone)]
pub struct BrokerHandle {
    broker: Broker,
    callers: Rc<RefCell<BTreeSet<Caller>>>,
    /// Namespaces that may have queues and users of it.
    clients: &'static [Namespace],
    issuer: ClusterIssuer,
}
