//! What others write in a cluster, and the lane in their place: cert-manager, the kubelet, the controllers of Services.

use harness::Failure;
use serde_json::{Value, json};

use super::pods::{self, Planned, Role, full_name, of_kind};
use super::world::Pod;
use crate::rendered::Object;

/// The Secrets with the certificates of gateways, as cert-manager writes them, but signed by themselves.
pub fn certificates(objects: &[Object], planned: &[Planned]) -> Result<Vec<Value>, Failure> {
    let is_of_gateway = |object: &&Object| {
        let namespace = object.identity.namespace.as_deref().unwrap_or_default();
        planned.iter().any(|pod| pod.role == Role::Gateway && pod.namespace == namespace)
    };
    let certificates = of_kind(objects, "cert-manager.io", "Certificate").filter(is_of_gateway);
    let secret = |object: &Object| {
        let spec = &object.value["spec"];
        let names: Vec<String> = pods::texts(&spec["dnsNames"]).map(str::to_owned).collect();
        let issued = rcgen::generate_simple_self_signed(names).map_err(|error| {
            Failure::new(format!("{object} ({}): no certificate: {error}", object.origin))
        })?;
        Ok(json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/tls",
            "metadata": {"name": spec["secretName"], "namespace": object.identity.namespace},
            "stringData": {
                "tls.crt": issued.cert.pem(),
                "tls.key": issued.signing_key.serialize_pem(),
            },
        }))
    };
    certificates.map(secret).collect()
}

/// The Service of a pod that the lane plays.
pub fn service(pod: &Planned) -> Value {
    let ports: Vec<Value> =
        pod.ports.iter().map(|(name, port)| json!({"name": name, "port": port})).collect();
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": pod.name, "namespace": pod.namespace},
        "spec": {"selector": pod.labels, "ports": ports},
    })
}

/// What a kubelet reports of a pod that is ready.
pub fn status(pod: &Value) -> Value {
    let (name, namespace) = full_name(pod);
    let condition = |kind: &str| json!({"type": kind, "status": "True"});
    let conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map(condition);
    let address = &pod["status"]["podIP"];
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "status": {
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "hostIP": pod["status"]["hostIP"],
            "hostIPs": [{"ip": pod["status"]["hostIP"]}],
            "conditions": conditions,
        },
    })
}

/// What the controller of `EndpointSlices` makes of a Service.
pub fn slice(service: &Value, backends: &[&Pod]) -> Value {
    let (name, namespace) = full_name(service);
    let endpoints: Vec<Value> = backends
        .iter()
        .map(|pod| {
            let mut endpoint = json!({
                "addresses": [pod.network.address()],
                "conditions": {"ready": true, "serving": true, "terminating": false},
            });
            if pod.stored.is_some() {
                endpoint["targetRef"] =
                    json!({"kind": "Pod", "name": pod.planned.name, "namespace": namespace});
            }
            endpoint
        })
        .collect();
    let ports = service["spec"]["ports"].as_array().into_iter().flatten();
    let ports: Vec<Value> = ports
        .filter_map(|port| {
            let number = target_port(port, &backends.first()?.planned)?;
            Some(json!({
                "name": port["name"],
                "port": number,
                "protocol": "TCP",
                "appProtocol": port["appProtocol"],
            }))
        })
        .collect();
    json!({
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": format!("{name}-endpoints"),
            "namespace": namespace,
            "labels": {"kubernetes.io/service-name": name},
        },
        "addressType": "IPv4",
        "endpoints": endpoints,
        "ports": ports,
    })
}

/// The port of the pod that a port of a Service leads to.
pub fn target_port(port: &Value, pod: &Planned) -> Option<u16> {
    let number = |value: &Value| value.as_u64().and_then(|number| u16::try_from(number).ok());
    match &port["targetPort"] {
        Value::Null => number(&port["port"]),
        Value::String(name) => {
            let named = pod.ports.iter().find(|(known, _)| known.as_ref() == Some(name));
            named.map(|(_, port)| *port)
        }
        target => number(target),
    }
}
