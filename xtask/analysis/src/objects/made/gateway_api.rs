//! What controllers of the Gateway API make of a `Gateway`: the proxy and its Service.
//!
//! Upstream: <https://docs.nginx.com/nginx-gateway-fabric/>, <https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/>

use super::made;
use crate::objects::{Object, Value, json, list, text};

/// The account, Deployment and Service of a `Gateway` whose controller is known.
pub(super) fn of(object: &Object) -> Vec<Object> {
    if !object.is("gateway.networking.k8s.io", "Gateway") {
        return Vec::new();
    }
    let Some(class) = text(&object.json["spec"]["gatewayClassName"]) else { return Vec::new() };
    let (who, full) = match class {
        "nginx" => ("NGINX Gateway Fabric", format!("{}-{class}", object.name())),
        "istio" => ("Istio", format!("{}-{class}", object.name())),
        "istio-waypoint" => ("Istio", object.name().to_owned()),
        _ => return Vec::new(),
    };
    proxy(object, class, &full)
        .into_iter()
        .filter_map(|json| made(who, Some(object), json))
        .collect()
}

fn proxy(gateway: &Object, class: &str, full: &str) -> Vec<Value> {
    let namespace = gateway.namespace();
    let mut labels = json!({"gateway.networking.k8s.io/gateway-name": gateway.name()});
    if class == "nginx" {
        labels["app.kubernetes.io/name"] = full.into();
        labels["app.kubernetes.io/managed-by"] = "ngf-nginx".into();
    } else {
        labels["gateway.networking.k8s.io/gateway-class-name"] = class.into();
        labels["service.istio.io/canonical-name"] = full.into();
    }
    // What the user has labelled by `infrastructure` is labelled so as well.
    for (key, value) in crate::objects::texts(&gateway.json["spec"]["infrastructure"]["labels"]) {
        labels[key] = value.into();
    }
    let listeners = list(&gateway.json["spec"]["listeners"]).iter();
    let mut ports: Vec<&Value> = listeners.map(|listener| &listener["port"]).collect();
    ports.sort_by_key(|port| port.as_u64());
    ports.dedup();
    let mut of_service: Vec<Value> = ports
        .iter()
        .map(|port| json!({"name": format!("port-{port}"), "port": port, "targetPort": port}))
        .collect();
    let mut of_pod: Vec<Value> = ports
        .iter()
        .map(|port| json!({"name": format!("port-{port}"), "containerPort": port}))
        .collect();
    if class == "nginx" {
        of_pod.push(json!({"name": "metrics", "containerPort": 9113}));
    } else {
        of_service.push(json!({"name": "status-port", "port": 15021, "targetPort": 15021}));
        for (name, port) in [("metrics", 15020), ("status-port", 15021), ("http-envoy-prom", 15090)]
        {
            of_pod.push(json!({"name": name, "containerPort": port}));
        }
    }
    let metadata = json!({"name": full, "namespace": namespace, "labels": labels});
    let selector = json!({"gateway.networking.k8s.io/gateway-name": gateway.name()});
    vec![
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}),
        json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata,
            "spec": {"selector": selector, "ports": of_service},
        }),
        json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": metadata,
            "spec": {
                "selector": {"matchLabels": selector},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {
                        "serviceAccountName": full,
                        "containers": [{"name": "proxy", "ports": of_pod}],
                    },
                },
            },
        }),
    ]
}
