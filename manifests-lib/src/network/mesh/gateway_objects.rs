//! What the ingress and the egress gateway have in common: how their pods are found, and who reaches them.

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::model::label::{Labels, label, matching};
use crate::model::metadata::named;
use crate::network::network_policy;
use crate::values::{Name, Port};

/// Where a gateway says whether it is ready.
const STATUS: Port = port!(15021);

/// The name of the port that only says whether the gateway is ready.
pub(super) const STATUS_PORT: &str = "status-port";

/// The labels of a gateway's pods.
pub(super) fn pods(selector: &Name) -> Labels {
    label("istio", selector)
}

/// The Service of a gateway inside the cluster: these ports, and the one that says whether it is ready.
pub(super) fn cluster_ip(
    name: &Name,
    pods: &Labels,
    opened: impl IntoIterator<Item = core::ServicePort>,
) -> core::Service {
    let ports = [port(STATUS_PORT, STATUS)].into_iter().chain(opened).collect();
    service(name, pods, "ClusterIP", ports)
}

/// The Service of a gateway outside the cluster: these ports, of every node.
pub(super) fn node_ports(
    name: &Name,
    pods: &Labels,
    opened: Vec<core::ServicePort>,
) -> core::Service {
    let mut service = service(name, pods, "NodePort", opened);
    // Any node answers, wherever the pod runs.
    service.spec.get_or_insert_default().external_traffic_policy = Some("Cluster".to_owned());
    service
}

fn service(name: &Name, pods: &Labels, kind: &str, ports: Vec<core::ServicePort>) -> core::Service {
    core::Service {
        metadata: ObjectMeta { labels: Some(pods.clone()), ..named(name) },
        spec: Some(core::ServiceSpec {
            type_: Some(kind.to_owned()),
            selector: Some(pods.clone()),
            ports: Some(ports),
            ..core::ServiceSpec::default()
        }),
        ..core::Service::default()
    }
}

/// A port on which the proxy listens under the same number.
pub(super) fn port(name: &str, number: Port) -> core::ServicePort {
    core::ServicePort {
        name: Some(name.to_owned()),
        port: number.into(),
        target_port: Some(IntOrString::Int(number.into())),
        protocol: Some("TCP".to_owned()),
        ..core::ServicePort::default()
    }
}

/// The NetworkPolicy of a gateway, named after it: its pods take what is admitted and nothing else.
pub(super) fn network_policy(
    name: &Name,
    pods: &Labels,
    admitted: Vec<networking::NetworkPolicyIngressRule>,
) -> networking::NetworkPolicy {
    networking::NetworkPolicy {
        metadata: named(name),
        spec: Some(network_policy::only(matching(pods.clone()), admitted)),
    }
}
