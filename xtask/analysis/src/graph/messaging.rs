//! What queues, exchanges and permissions of RabbitMQ name.
//!
//! Upstream: <https://www.rabbitmq.com/kubernetes/operator/using-topology-operator>

use super::reference::Names;
use super::{Graph, Relation};
use crate::objects::{Object, text};

/// The group of RabbitMQ's operators.
pub(super) const GROUP: &str = "rabbitmq.com";

/// The cluster in which an object is created, the user that gets a permission, and the class of volumes of a cluster.
pub(super) fn references(names: &mut Names<'_, '_>) {
    let object = names.from;
    if object.identity.group != GROUP {
        return;
    }
    let spec = &object.json["spec"];
    let cluster = &spec["rabbitmqClusterReference"];
    let namespace = text(&cluster["namespace"]).unwrap_or(object.namespace());
    let what = (GROUP, "RabbitmqCluster", Some(namespace));
    names.name(&cluster["name"], Relation::MessagingCluster, what);
    let user = (GROUP, "User", Some(object.namespace()));
    names.name(&spec["userReference"]["name"], Relation::MessagingUser, user);
    let class = &spec["persistence"]["storageClassName"];
    names.name(class, Relation::StorageClass, ("storage.k8s.io", "StorageClass", None));
}

/// Where an object of RabbitMQ is: namespace and name of its cluster, and its virtual host.
pub type Broker<'a> = (&'a str, &'a str, &'a str);

/// The broker of an object; none where it names its connection otherwise.
#[must_use]
pub fn broker(object: &Object) -> Option<Broker<'_>> {
    let spec = &object.json["spec"];
    let cluster = &spec["rabbitmqClusterReference"];
    let namespace = text(&cluster["namespace"]).unwrap_or(object.namespace());
    Some((namespace, text(&cluster["name"])?, text(&spec["vhost"]).unwrap_or("/")))
}

impl<'a> Graph<'a> {
    /// The objects of RabbitMQ of a kind.
    pub fn messaging(&self, kind: &str) -> impl Iterator<Item = &'a Object> + use<'a> {
        self.objects().of_kind(GROUP, kind)
    }
}
