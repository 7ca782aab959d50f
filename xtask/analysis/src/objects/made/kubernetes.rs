//! Kubernetes itself.

use super::{made, with_keys};
use crate::objects::{Object, json, list, text};

/// What a new cluster has.
pub(super) fn from_the_start() -> Vec<Object> {
    let named = |group: &str, kind: &str, name: &str| json!({"apiVersion": group, "kind": kind, "metadata": {"name": name}});
    let mut objects = Vec::new();
    for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
        let namespace = json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
        });
        objects.extend(made("Kubernetes", None, namespace.clone()));
        objects.extend(made("Kubernetes", None, namespace).as_ref().into_iter().flat_map(of));
    }
    for name in ["system-cluster-critical", "system-node-critical"] {
        objects.extend(made(
            "Kubernetes",
            None,
            named("scheduling.k8s.io/v1", "PriorityClass", name),
        ));
    }
    for name in ["admin", "cluster-admin", "edit", "view"] {
        let role = named("rbac.authorization.k8s.io/v1", "ClusterRole", name);
        objects.extend(made("Kubernetes", None, role));
    }
    let ports = |ports| json!({"ports": ports});
    for (namespace, name, labels, spec) in [
        (
            "default",
            "kubernetes",
            json!({"component": "apiserver", "provider": "kubernetes"}),
            ports(json!([{"name": "https", "port": 443, "protocol": "TCP"}])),
        ),
        (
            "kube-system",
            "kube-dns",
            json!({"k8s-app": "kube-dns"}),
            json!({
                "ports": [
                    {"name": "dns", "port": 53, "protocol": "UDP"},
                    {"name": "dns-tcp", "port": 53, "protocol": "TCP"},
                ],
                "selector": {"k8s-app": "kube-dns"},
            }),
        ),
    ] {
        let metadata = json!({"name": name, "namespace": namespace, "labels": labels});
        let service =
            json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec});
        objects.extend(made("Kubernetes", None, service));
    }
    objects
}

/// What its controllers make of an object.
pub(super) fn of(object: &Object) -> Vec<Object> {
    if object.is("apps", "StatefulSet") {
        return claims(object);
    }
    if !object.is("", "Namespace") {
        return Vec::new();
    }
    let namespace = object.name();
    let account = json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "default", "namespace": namespace},
    });
    let authority = with_keys("ConfigMap", namespace, "kube-root-ca.crt", ["ca.crt"]);
    [account, authority]
        .into_iter()
        .filter_map(|json| made("Kubernetes", Some(object), json))
        .collect()
}

/// More replicas are not looked at one by one.
const MOST_REPLICAS: u64 = 16;

/// The claims that a StatefulSet makes for each of its pods.
fn claims(set: &Object) -> Vec<Object> {
    let spec = &set.json["spec"];
    let first = spec["ordinals"]["start"].as_u64().unwrap_or(0);
    let replicas = spec["replicas"].as_u64().unwrap_or(1).clamp(1, MOST_REPLICAS);
    let mut claims = Vec::new();
    for template in list(&spec["volumeClaimTemplates"]) {
        let Some(name) = text(&template["metadata"]["name"]) else { continue };
        for ordinal in first..first.saturating_add(replicas) {
            let name = format!("{name}-{}-{ordinal}", set.name());
            let claim = json!({
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": name, "namespace": set.namespace(), "labels": template["metadata"]["labels"]},
                "spec": template["spec"],
            });
            claims.extend(made("Kubernetes", Some(set), claim));
        }
    }
    claims
}
