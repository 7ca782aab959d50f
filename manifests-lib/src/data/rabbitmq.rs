//! A broker of messages that RabbitMQ's operators run, and what an application has of it.
//!
//! The broker stays outside the mesh: its operators and whoever scrapes it have no certificate of the mesh. Its own TLS, its
//! users and a NetworkPolicy of declared callers stand in.

mod cluster;
mod saga;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::model::namespace::Namespace;
use crate::network::certificate::ClusterIssuer;
use crate::network::mesh::Caller;
use crate::network::service_ref::ServiceRef;
use crate::values::{Name, Port};

pub use cluster::{RabbitmqClusterSpec, TopologyOperator};
pub use saga::{Saga, SagaHandle};

/// Where clients connect, by TLS.
const AMQPS: Port = port!(5671);

/// A cluster of RabbitMQ as others refer to it.
///
/// Upstream: <https://www.rabbitmq.com/kubernetes/operator/operator-overview>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RabbitmqCluster {
    /// Name of the RabbitmqCluster and of the Service that the operator makes.
    pub name: Name,
    /// Where it runs.
    pub namespace: Namespace,
}

impl RabbitmqCluster {
    /// Where clients connect.
    fn service(&self) -> ServiceRef {
        ServiceRef { name: self.name.clone(), namespace: self.namespace.clone(), port: AMQPS }
    }
}

/// A [`RabbitmqCluster`] that is part of the platform: who gets an address of it is admitted.
#[derive(Clone)]
pub struct RabbitmqHandle {
    cluster: RabbitmqCluster,
    callers: Rc<RefCell<BTreeSet<Caller>>>,
    /// Namespaces that may have queues and users of it.
    clients: &'static [Namespace],
    issuer: ClusterIssuer,
}
