//! RabbitMQ's operators: what they make of a cluster and of its users.
//!
//! Upstream: <https://www.rabbitmq.com/kubernetes/operator/using-operator>,
//! <https://www.rabbitmq.com/kubernetes/operator/using-topology-operator>

use serde_json::{Value, json};

use super::{made, with_keys};
use crate::objects::Object;

/// The objects of a `RabbitmqCluster`, or the Secret of a `User`.
pub(super) fn of(object: &Object) -> Vec<Object> {
    let made_of: Vec<Value> = if object.is("rabbitmq.com", "RabbitmqCluster") {
        cluster(object)
    } else if object.is("rabbitmq.com", "User") {
        let name = format!("{}-user-credentials", object.name());
        vec![with_keys("Secret", object.namespace(), &name, ["username", "password"])]
    } else {
        return Vec::new();
    };
    made_of.into_iter().filter_map(|json| made("RabbitMQ's operator", Some(object), json)).collect()
}

fn cluster(object: &Object) -> Vec<Value> {
    let (namespace, name) = (object.namespace(), object.name());
    let metadata =
        |suffix: &str| json!({"name": format!("{name}{suffix}"), "namespace": namespace});
    let labels = json!({
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/component": "rabbitmq",
        "app.kubernetes.io/part-of": "rabbitmq",
    });
    let selector = json!({"app.kubernetes.io/name": name});
    let ports = json!([
        {"name": "amqp", "port": 5672, "targetPort": 5672},
        {"name": "management", "port": 15672, "targetPort": 15672},
        {"name": "prometheus", "port": 15692, "targetPort": 15692},
    ]);
    let containers = json!([{
        "name": "rabbitmq",
        "ports": [
            {"name": "epmd", "containerPort": 4369},
            {"name": "amqp", "containerPort": 5672},
            {"name": "management", "containerPort": 15672},
            {"name": "prometheus", "containerPort": 15692},
        ],
    }]);
    let keys = [
        "connection_string",
        "default_user.conf",
        "host",
        "password",
        "port",
        "provider",
        "type",
        "username",
    ];
    let account =
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata("-server")});
    let service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(""),
        "spec": {"selector": selector, "ports": ports},
    });
    let nodes = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata("-nodes"),
        "spec": {
            "clusterIP": "None",
            "selector": selector,
            "ports": [{"name": "epmd", "port": 4369}, {"name": "cluster-rpc", "port": 25672}],
        },
    });
    let servers = json!({
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": metadata("-server"),
        "spec": {
            "serviceName": format!("{name}-nodes"),
            "replicas": object.json["spec"]["replicas"].as_u64().unwrap_or(1),
            "selector": {"matchLabels": selector},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"serviceAccountName": format!("{name}-server"), "containers": containers},
            },
        },
    });
    let user = with_keys("Secret", namespace, &format!("{name}-default-user"), keys);
    vec![account, service, nodes, servers, user]
}
