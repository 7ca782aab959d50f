//! RabbitMQ's operators: what they make of a cluster and of its users.
//!
//! Upstream: <https://www.rabbitmq.com/kubernetes/operator/using-operator>,
//! <https://www.rabbitmq.com/kubernetes/operator/using-topology-operator>

use super::{made, with_keys};
use crate::objects::{Object, Value, json, list, text};

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
    let listeners = listeners(&object.json["spec"]);
    let ports: Vec<Value> = listeners
        .iter()
        .map(|(name, port)| json!({"name": name, "port": port, "targetPort": port}))
        .collect();
    let of_container: Vec<Value> = [("epmd", 4369)]
        .iter()
        .chain(&listeners)
        .map(|(name, port)| json!({"name": name, "containerPort": port}))
        .collect();
    let spec = &object.json["spec"];
    let resources = match &spec["resources"] {
        // As the CRD fills it in.
        Value::Null => {
            json!({"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "2", "memory": "2Gi"}})
        }
        resources => resources.clone(),
    };
    let containers = json!([{"name": "rabbitmq", "ports": of_container, "resources": resources}]);
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
                "spec": {
                    "serviceAccountName": format!("{name}-server"),
                    "affinity": spec["affinity"],
                    "tolerations": spec["tolerations"],
                    "containers": containers,
                },
            },
        },
    });
    let user = with_keys("Secret", namespace, &format!("{name}-default-user"), keys);
    vec![account, service, nodes, servers, user]
}

/// The ports of a cluster: without and with TLS, and those of plugins.
fn listeners(spec: &Value) -> Vec<(&'static str, u16)> {
    let plugins = list(&spec["rabbitmq"]["additionalPlugins"]);
    let has = |plugin: &str| plugins.iter().any(|known| text(known) == Some(plugin));
    let (mut plain, mut encrypted) = (
        vec![("amqp", 5672), ("management", 15672), ("prometheus", 15692)],
        vec![("amqps", 5671), ("management-tls", 15671), ("prometheus-tls", 15691)],
    );
    for (plugin, listener, with_tls) in [
        ("rabbitmq_mqtt", ("mqtt", 1883), ("mqtts", 8883)),
        ("rabbitmq_stomp", ("stomp", 61613), ("stomps", 61614)),
        ("rabbitmq_stream", ("stream", 5552), ("streams", 5551)),
        ("rabbitmq_web_mqtt", ("web-mqtt", 15675), ("web-mqtt-tls", 15676)),
        ("rabbitmq_web_stomp", ("web-stomp", 15674), ("web-stomp-tls", 15673)),
    ] {
        if has(plugin) {
            plain.push(listener);
            encrypted.push(with_tls);
        }
    }
    let tls = &spec["tls"];
    match (tls["secretName"].is_string(), tls["disableNonTLSListeners"].as_bool()) {
        (true, Some(true)) => encrypted,
        (true, _) => plain.into_iter().chain(encrypted).collect(),
        (false, _) => plain,
    }
}
