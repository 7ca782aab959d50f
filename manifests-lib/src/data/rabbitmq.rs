//! A broker of messages that RabbitMQ's operators run, and what an application has of it.
//!
//! The broker stays outside the mesh: its operators and whoever scrapes it have no certificate of the mesh. Its own TLS, its
//! users and a NetworkPolicy of declared callers replace it.

mod cluster;
mod messages;
mod saga;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use custom_resources::cert_manager::v1 as cert_manager;
use custom_resources::rabbitmq::v1beta1 as rabbitmq;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::api::policy::v1 as policy;

use crate::model::bundle::BundleState;
use crate::model::component::Component;
use crate::model::conventions::Conventions;
use crate::model::distinct::distinct;
use crate::model::label::{Labels, label};
use crate::model::namespace::Namespace;
use crate::model::patch::{Made, patchable};
use crate::network::issuer::ClusterIssuer;
use crate::network::mesh::Caller;
use crate::network::network_policy::APP_NAME;
use crate::network::outbound::{Destination, MeshHost, Receiver};
use crate::network::service_ref::{ServiceRef, service_ref};
use crate::network::tool::Pods;
use crate::values::{Name, Port};

pub use cluster::RabbitmqClusterSpec;
pub use messages::{MessageClient, MessageQueue, Messages, Publishing, Receiving, Sending, Topic};
pub use saga::{Saga, SagaHandle};

/// Where clients connect, by TLS.
const AMQPS: Port = port!(5671);

/// A cluster of RabbitMQ. Components with a [`Saga`] are admitted.
///
/// Upstream: <https://www.rabbitmq.com/kubernetes/operator/operator-overview>
#[derive(Clone)]
pub struct Rabbitmq {
    state: Rc<RabbitmqState>,
    made: Made,
}

patchable! {
    /// What stands beside Prometheus is patched at its bundle.
    ///
    Rabbitmq {
        made: rabbitmq::RabbitmqCluster, cert_manager::Certificate, networking::NetworkPolicy, policy::PodDisruptionBudget;
    }
}

/// A cluster of RabbitMQ while clients are added to it.
struct RabbitmqState {
    name: Name,
    namespace: Namespace,
    conventions: Conventions,
    issuer: ClusterIssuer,
    callers: RefCell<BTreeSet<Caller>>,
    /// Namespaces that have queues and users of it, by the name of the bundle that asks.
    clients: RefCell<BTreeMap<Name, Namespace>>,
}

impl Rabbitmq {
    fn bundle(&self) -> &BundleState {
        self.made.bundle()
    }

    /// Admits a component, and lets its namespace have queues and users.
    fn admit(&self, component: &Component) {
        Self::admit_to(&self.state, component);
    }

    fn admit_to(state: &RabbitmqState, component: &Component) {
        state.callers.borrow_mut().insert(component.caller());
        component.sends_to(state.destination());
        state.know(component);
    }

    /// Lets the namespace of a component have queues and users.
    fn know(&self, component: &Component) {
        self.state.know(component);
    }
}

impl RabbitmqState {
    fn know(&self, component: &Component) {
        let bundle = &component.bundle;
        self.clients.borrow_mut().insert(bundle.name.clone(), bundle.namespace.clone());
    }

    /// Where clients connect.
    fn service(&self) -> ServiceRef {
        service_ref(self.name.clone(), self.namespace.clone(), AMQPS, &self.conventions)
    }

    /// The labels of its pods, which the operator gives them.
    fn pod_labels(&self) -> Labels {
        label(&APP_NAME, &self.name)
    }

    /// Where clients send to.
    fn destination(&self) -> Destination {
        let service = self.service();
        Destination {
            receiver: Receiver::Pods(Pods {
                namespace: self.namespace.to_string(),
                labels: self.pod_labels(),
            }),
            port: AMQPS,
            hosts: vec![MeshHost { namespace: self.namespace.clone(), host: service.host() }],
        }
    }

    /// Namespaces that have queues and users, each once.
    fn clients(&self) -> Vec<String> {
        distinct(self.clients.borrow().values().map(ToString::to_string))
    }
}
