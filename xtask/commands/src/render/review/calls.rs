//! Who may call whom: admissions by the mesh, by gateways and by what proxies know.

use std::collections::BTreeSet;

use custom_resources::istio::networking::v1::Sidecar;
use custom_resources::istio::security::v1::AuthorizationPolicy;
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::{
    NetworkPolicy, NetworkPolicyIngressRule, NetworkPolicyPeer,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use manifests_lib::model::Resource;
use manifests_lib::network::mesh::GatewayPort;
use manifests_lib::platform::BuiltPlatform;

/// Every call that the platform admits.
pub(super) fn admitted(platform: &BuiltPlatform) -> Vec<String> {
    let by_the_mesh = platform.resources().flat_map(identities);
    let by_gateways = platform.gateway_ports.iter().flat_map(|port| entries(platform, port));
    let calls: BTreeSet<_> = by_the_mesh.chain(by_gateways).collect();
    calls.into_iter().collect()
}

/// The hosts that the proxies of microservices know.
pub(super) fn known(platform: &BuiltPlatform) -> Vec<String> {
    let mut known = BTreeSet::new();
    for sidecar in platform.resources().filter_map(|resource| resource.get::<Sidecar>()) {
        let name = sidecar.metadata.name.as_deref().unwrap_or_default();
        let listeners = sidecar.spec.iter().flat_map(|spec| spec.egress.iter().flatten());
        let hosts = listeners.flat_map(|listener| &listener.hosts);
        known.extend(hosts.map(|host| format!("{name} -> {host}")));
    }
    known.into_iter().collect()
}

/// The callers that an AuthorizationPolicy admits, by their certificates.
fn identities(resource: &Resource) -> Vec<String> {
    let policy = resource.get::<AuthorizationPolicy>();
    let rules = policy.and_then(|policy| policy.spec.as_ref()?.rules.as_ref());
    rules
        .into_iter()
        .flatten()
        .flat_map(|rule| rule.from.iter().flatten())
        .filter_map(|from| from.source.as_ref()?.principals.as_ref())
        .flatten()
        .map(|principal| format!("{principal} -> {}", resource.object_ref().name))
        .collect()
}

/// Those who reach a service through a port of a gateway, as the network knows them.
fn entries(platform: &BuiltPlatform, port: &GatewayPort) -> Vec<String> {
    let namespace = port.namespace.name().as_str();
    let service = platform
        .resources()
        .filter(|resource| resource.object_ref().name == port.gateway.as_str())
        .find_map(|resource| resource.get::<Service>());
    let pods = service.and_then(|service| service.spec.as_ref()?.selector.as_ref());
    // Without a selector nothing can be said of its pods: then every policy of the namespace counts.
    let selects = |policy: &&NetworkPolicy| {
        let selector = policy.spec.as_ref().and_then(|spec| spec.pod_selector.as_ref());
        let mut labels =
            selector.and_then(|selector| selector.match_labels.as_ref()).into_iter().flatten();
        pods.is_none_or(|pods| labels.all(|(key, value)| pods.get(key) == Some(value)))
    };
    let policies: Vec<_> = policies(platform, namespace).filter(selects).collect();
    let mut peers: Vec<String> = policies
        .iter()
        .flat_map(|policy| policy.spec.iter().flat_map(|spec| spec.ingress.iter().flatten()))
        .filter(|rule| leads_to(rule, port))
        .flat_map(|rule| match &rule.from {
            Some(peers) if !peers.is_empty() => peers.iter().map(shown).collect(),
            _ => vec!["everybody".to_owned()],
        })
        .collect();
    if policies.is_empty() {
        peers.push("everybody".to_owned());
    }
    let through = format!("{} {}", port.gateway, port.port);
    peers.into_iter().map(|peer| format!("{peer} -> {through} -> {}", port.service)).collect()
}

fn policies<'a>(
    platform: &'a BuiltPlatform,
    namespace: &'a str,
) -> impl Iterator<Item = &'a NetworkPolicy> {
    platform
        .resources()
        .filter_map(|resource| resource.get::<NetworkPolicy>())
        .filter(move |policy| policy.metadata.namespace.as_deref() == Some(namespace))
}

fn leads_to(rule: &NetworkPolicyIngressRule, port: &GatewayPort) -> bool {
    let number = IntOrString::Int(port.port.into());
    rule.ports.as_ref().is_none_or(|ports| {
        ports.iter().any(|port| port.port.as_ref().is_none_or(|port| *port == number))
    })
}

/// Such as `nginx-gateway/gateway-name=public`, or a range of addresses.
fn shown(peer: &NetworkPolicyPeer) -> String {
    if let Some(range) = &peer.ip_block {
        return range.cidr.clone();
    }
    let labels = |selector: &Option<LabelSelector>| {
        let labels = selector.as_ref().and_then(|selector| selector.match_labels.as_ref());
        let labels = labels.into_iter().flatten();
        labels.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
    };
    let namespace = labels(&peer.namespace_selector);
    let namespace = namespace.trim_start_matches("kubernetes.io/metadata.name=");
    format!("{namespace}/{}", labels(&peer.pod_selector))
}
