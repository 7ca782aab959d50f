//! What Istio's webhook makes of pods, as far as admission and the scheduler are concerned: the requests of istio-proxy, and the image
//! of gateways.

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

/// What `sidecar-required` refuses: nobody has put an image in its place.
const NO_IMAGE: &str = "auto";

const IMAGE: &str = "docker.io/istio/proxyv2";

/// The workload with a proxy in its pods, of a gateway with its image; nothing where they are left as they are.
pub fn inject(object: &Object, namespaces: &BTreeSet<String>) -> Result<Option<Object>, Failure> {
    let namespace = object.identity.namespace.as_deref().unwrap_or_default();
    let template = &object.value["spec"]["template"];
    if !namespaces.contains(namespace) {
        return Ok(None);
    }
    if is_gateway(template) {
        return object.with(give_image).map(Some);
    }
    if !takes_proxy(template) {
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

fn is_gateway(template: &Value) -> bool {
    let containers = template["spec"]["containers"].as_array();
    containers.is_some_and(|all| all.iter().any(|container| container["image"] == NO_IMAGE))
}

fn give_image(workload: &mut Value) {
    let containers = workload["spec"]["template"]["spec"]["containers"].as_array_mut();
    for container in containers.into_iter().flatten() {
        if container["image"] == NO_IMAGE {
            container["image"] = json!(IMAGE);
        }
    }
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
        "image": IMAGE,
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
    fn gateways_get_their_image_and_no_second_proxy() {
        let mut gateway = deployment(json!({"sidecar.istio.io/inject": "true"}));
        gateway.value["spec"]["template"]["spec"]["containers"] =
            json!([{"name": "istio-proxy", "image": "auto"}]);
        let injected = inject(&gateway, &namespaces()).unwrap().unwrap();
        assert_eq!(
            injected.value["spec"]["template"]["spec"]["containers"],
            json!([{"name": "istio-proxy", "image": IMAGE}])
        );
        assert!(inject(&gateway, &BTreeSet::new()).unwrap().is_none());
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
