//! What Istio's webhook adds to pods, as far as the scheduler is concerned: the requests of istio-proxy.

use std::collections::BTreeSet;

use harness::Failure;
use serde_json::{Value, json};

use crate::rendered::Object;

/// The namespaces whose pods get a proxy.
pub fn injected_namespaces(objects: &[Object]) -> BTreeSet<String> {
    objects
        .iter()
        .filter(|object| object.identity.kind == "Namespace")
        .filter(|object| {
            let labels = &object.value["metadata"]["labels"];
            labels["istio.io/rev"].is_string() || labels["istio-injection"] == "enabled"
        })
        .map(|object| object.identity.name.clone())
        .collect()
}

/// The workload with a proxy in its pods; nothing where they get none.
pub fn inject(object: &Object, namespaces: &BTreeSet<String>) -> Result<Option<Object>, Failure> {
    let namespace = object.identity.namespace.as_deref().unwrap_or_default();
    let template = &object.value["spec"]["template"];
    if !namespaces.contains(namespace) || !takes_proxy(template) {
        return Ok(None);
    }
    object
        .with(|value| {
            if let Value::Array(containers) = &mut value["spec"]["template"]["spec"]["containers"] {
                containers.push(proxy());
            }
        })
        .map(Some)
}

fn takes_proxy(template: &Value) -> bool {
    const INJECT: &str = "sidecar.istio.io/inject";
    let metadata = &template["metadata"];
    let containers = template["spec"]["containers"].as_array();
    containers.is_some_and(|containers| {
        // A gateway is a proxy already.
        containers.iter().all(|container| container["name"] != "istio-proxy")
    }) && metadata["labels"][INJECT] != "false"
        && metadata["annotations"][INJECT] != "false"
        && template["spec"]["hostNetwork"] != true
}

/// Requests as in Istio's defaults; the rest satisfies the strictest pod security.
pub fn proxy() -> Value {
    json!({
        "name": "istio-proxy",
        "image": "docker.io/istio/proxyv2",
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": true,
            "runAsUser": 1337,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rendered::tests::service;

    fn deployment(labels: Value) -> Object {
        let mut object = service("web");
        object.value = json!({
            "kind": "Deployment",
            "spec": {"template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "web"}]},
            }},
        });
        object
    }

    fn namespaces() -> BTreeSet<String> {
        BTreeSet::from(["example".to_owned()])
    }

    #[test]
    fn pods_of_injected_namespaces_get_a_proxy() {
        let injected = inject(&deployment(json!({})), &namespaces()).unwrap().unwrap();
        let containers = &injected.value["spec"]["template"]["spec"]["containers"];
        assert_eq!(
            containers[1]["resources"]["requests"],
            json!({"cpu": "100m", "memory": "128Mi"})
        );
        assert!(injected.yaml.contains("name: istio-proxy"));
    }

    #[test]
    fn others_do_not() {
        let refused = deployment(json!({"sidecar.istio.io/inject": "false"}));
        assert!(inject(&refused, &namespaces()).unwrap().is_none());
        assert!(inject(&service("web"), &namespaces()).unwrap().is_none());
        let elsewhere = BTreeSet::new();
        assert!(inject(&deployment(json!({})), &elsewhere).unwrap().is_none());
    }
}
