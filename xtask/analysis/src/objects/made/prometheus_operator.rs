//! The Prometheus operator: the servers that it runs, and the Services that name them.
//!
//! Upstream: <https://prometheus-operator.dev/docs/getting-started/introduction/>

use super::made;
use crate::objects::{Object, Value, json, text, texts};

/// The StatefulSet and the Service of a `Prometheus`, an `Alertmanager` or a `ThanosRuler`.
pub(super) fn of(object: &Object) -> Vec<Object> {
    if object.identity.group != "monitoring.coreos.com" {
        return Vec::new();
    }
    let (short, port, more): (_, _, &[(&str, u16)]) = match object.identity.kind.as_str() {
        "Prometheus" => ("prometheus", 9090, &[]),
        "Alertmanager" => ("alertmanager", 9093, &[("tcp-mesh", 9094), ("udp-mesh", 9094)]),
        "ThanosRuler" => ("thanos-ruler", 10902, &[("grpc", 10901)]),
        _ => return Vec::new(),
    };
    let (namespace, name) = (object.namespace(), object.name());
    let spec = &object.json["spec"];
    let main = text(&spec["portName"]).unwrap_or("web");
    let mut labels = json!({
        "app.kubernetes.io/name": short,
        "app.kubernetes.io/instance": name,
        "app.kubernetes.io/managed-by": "prometheus-operator",
        "operator.prometheus.io/name": name,
        "operator.prometheus.io/shard": "0",
        short: name,
    });
    for (key, value) in texts(&spec["podMetadata"]["labels"]) {
        labels[key] = value.into();
    }
    let ports = || std::iter::once((main, port)).chain(more.iter().copied());
    let of_service: Vec<Value> = ports()
        .map(|(name, port)| {
            let protocol = if name.starts_with("udp") { "UDP" } else { "TCP" };
            json!({"name": name, "port": port, "targetPort": name, "protocol": protocol})
        })
        .collect();
    let of_pod: Vec<Value> = ports()
        .map(|(name, port)| {
            let protocol = if name.starts_with("udp") { "UDP" } else { "TCP" };
            json!({"name": name, "containerPort": port, "protocol": protocol})
        })
        .chain(std::iter::once(json!({"name": "reloader-web", "containerPort": 8080})))
        .collect();
    let service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": format!("{short}-operated"),
            "namespace": namespace,
            "labels": {format!("operated-{short}"): "true"},
        },
        "spec": {
            "clusterIP": "None",
            "selector": {"app.kubernetes.io/name": short},
            "ports": of_service,
        },
    });
    let set = json!({
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": format!("{short}-{name}"), "namespace": namespace},
        "spec": {
            "serviceName": format!("{short}-operated"),
            "replicas": spec["replicas"].as_u64().unwrap_or(1),
            "selector": {"matchLabels": {short: name, "app.kubernetes.io/name": short}},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "serviceAccountName": text(&spec["serviceAccountName"]).unwrap_or("default"),
                    "containers": [{"name": short, "ports": of_pod}],
                },
            },
        },
    });
    let made_of = [service, set];
    made_of
        .into_iter()
        .filter_map(|json| made("the Prometheus operator", Some(object), json))
        .collect()
}
