//! Ports lead to ports.

pub(super) mod contradicting_protocol;
pub(super) mod duplicate_container_port;
pub(super) mod duplicate_node_port;
pub(super) mod duplicate_service_port;
pub(super) mod gateway_port_without_service_port;
pub(super) mod missing_policy_port;
pub(super) mod missing_probe_port;
pub(super) mod missing_target_port;
pub(super) mod policy_of_service_port;
pub(super) mod route_of_other_protocol;
pub(super) mod undeclared_server_first_protocol;
pub(super) mod undeclared_target_port;

use crate::graph::{Graph, target_port};
use crate::objects::{Container, Object, Pod, Value, list, text};

/// TCP, where nothing is said.
fn protocol(port: &Value) -> &str {
    text(&port["protocol"]).unwrap_or("TCP")
}

/// The ports that the containers of a pod declare, of those that run as long as the pod does.
fn declared<'a>(pod: &Pod<'a>) -> impl Iterator<Item = &'a Value> + use<'a> {
    pod.running().flat_map(|container| container.ports())
}

/// Whether all that listens in a pod is declared, as far as its author says: each container declares ports, and none is left to injection.
fn declares_all(pod: &Pod<'_>) -> bool {
    let is_injected = |container: &Container<'_>| container.image() == Some("auto");
    pod.running().next().is_some()
        && pod.running().all(|container| !container.ports().is_empty() && !is_injected(&container))
}

/// Whether a port of a container is the one that a port of a Service leads to.
fn leads_to(of_service: &Value, of_container: &Value) -> bool {
    let target = target_port(of_service);
    let is_named = of_container["containerPort"] == *target || of_container["name"] == *target;
    is_named && protocol(of_service) == protocol(of_container)
}

/// Whether a namespace is in the mesh by its labels.
fn is_in_mesh(graph: &Graph<'_>, namespace: &str) -> bool {
    let object = graph.objects().find("", "Namespace", None, namespace);
    object.is_some_and(|object| {
        object.label("istio-injection") == Some("enabled")
            || object.label("istio.io/rev").is_some()
            || object.label("istio.io/dataplane-mode") == Some("ambient")
    })
}

/// The ports of a Service.
fn ports(service: &Object) -> &[Value] {
    list(&service.json["spec"]["ports"])
}
