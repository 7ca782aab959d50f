//! Who reaches what: the page on which every admission of the platform stands.

use std::collections::BTreeMap;

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

use super::platforms;

/// Every call that the platform admits; all others are rejected. Who enters by a gateway counts as a caller of what is behind it:
/// there it has the gateway's identity.
#[test]
fn who_may_call_whom() {
    let mut calls: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for platform in platforms() {
        let mut call = |call| {
            let environments: &mut Vec<_> = calls.entry(call).or_default();
            environments.push(platform.environment.to_string());
        };
        resources(&platform).flat_map(identities).for_each(&mut call);
        platform.gateway_ports.iter().flat_map(|port| entries(&platform, port)).for_each(call);
    }
    let calls: Vec<_> = calls
        .into_iter()
        .map(|(call, environments)| format!("{}: {call}", environments.join(", ")))
        .collect();
    insta::assert_snapshot!(calls.join("\n"), @"
    dev, prd: cluster.local/ns/istio-ingress/sa/istio-ingressgateway -> customer-app-authorization-policy
    dev, prd: cluster.local/ns/istio-ingress/sa/istio-ingressgateway -> helloworld-app-authorization-policy
    dev, prd: cluster.local/ns/istio-ingress/sa/istio-ingressgateway -> httpbin-app-authorization-policy
    dev, prd: cluster.local/ns/istio-ingress/sa/istio-ingressgateway -> orchestrator-app-authorization-policy
    dev: cluster.local/ns/services/sa/account-app-service-account -> account-db-authorization-policy
    dev, prd: cluster.local/ns/services/sa/curl-app-service-account -> curl-app-egress
    dev: cluster.local/ns/services/sa/customer-app-service-account -> customer-db-authorization-policy
    dev, prd: cluster.local/ns/services/sa/orchestrator-app-service-account -> account-app-authorization-policy
    dev, prd: cluster.local/ns/services/sa/orchestrator-app-service-account -> customer-app-authorization-policy
    dev, prd: cluster.local/ns/services/sa/orchestrator-app-service-account -> order-app-authorization-policy
    dev: cluster.local/ns/services/sa/order-app-service-account -> order-db-authorization-policy
    dev: everybody -> istio-ingressgateway 50001 -> customer-app-service.services.svc.cluster.local
    dev: everybody -> istio-ingressgateway 50002 -> helloworld-app-service.services.svc.cluster.local
    dev: everybody -> istio-ingressgateway 50003 -> httpbin-app-service.services.svc.cluster.local
    dev: everybody -> istio-ingressgateway 50004 -> orchestrator-app-service.services.svc.cluster.local
    prd: nginx-gateway/gateway.networking.k8s.io/gateway-name=public -> istio-ingressgateway 50001 -> customer-app-service.services.svc.cluster.local
    prd: nginx-gateway/gateway.networking.k8s.io/gateway-name=public -> istio-ingressgateway 50002 -> helloworld-app-service.services.svc.cluster.local
    prd: nginx-gateway/gateway.networking.k8s.io/gateway-name=public -> istio-ingressgateway 50003 -> httpbin-app-service.services.svc.cluster.local
    prd: nginx-gateway/gateway.networking.k8s.io/gateway-name=public -> istio-ingressgateway 50004 -> orchestrator-app-service.services.svc.cluster.local
    ");
}

/// No gateway of the mesh takes connections that its NetworkPolicy does not name: a namespace without one admits everybody.
#[test]
fn no_pod_beside_a_gateway_is_open_to_everybody() {
    for platform in platforms() {
        for namespace in ["istio-egress", "istio-ingress", "nginx-gateway"] {
            let denied = policies(&platform, namespace).any(|policy| {
                let spec = policy.spec.as_ref();
                spec.is_some_and(|spec| {
                    spec.pod_selector == Some(LabelSelector::default())
                        && spec.ingress.as_ref().is_none_or(Vec::is_empty)
                })
            });
            assert!(denied, "{}: {namespace} has no default deny", platform.environment);
        }
    }
}

fn resources(platform: &BuiltPlatform) -> impl Iterator<Item = &Resource> {
    platform.bundles.iter().flat_map(|bundle| &bundle.resources)
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
    let gateway = resources(platform)
        .filter(|resource| resource.object_ref().name == port.gateway.as_str())
        .find_map(|resource| resource.get::<Service>())
        .expect("the Service of the gateway");
    let pods = gateway.spec.as_ref().and_then(|spec| spec.selector.as_ref()).expect("a selector");
    let selects = |policy: &&NetworkPolicy| {
        let selector = policy.spec.as_ref().and_then(|spec| spec.pod_selector.as_ref());
        let labels = selector.and_then(|selector| selector.match_labels.as_ref());
        labels.into_iter().flatten().all(|(key, value)| pods.get(key) == Some(value))
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
    resources(platform)
        .filter_map(|resource| resource.get::<NetworkPolicy>())
        .filter(move |policy| policy.metadata.namespace.as_deref() == Some(namespace))
}

fn leads_to(rule: &NetworkPolicyIngressRule, port: &GatewayPort) -> bool {
    let number = IntOrString::Int(port.port.into());
    rule.ports.as_ref().is_none_or(|ports| {
        ports.iter().any(|port| port.port.as_ref().is_none_or(|port| *port == number))
    })
}

/// Such as `nginx-gateway/gateway-name=public`.
fn shown(peer: &NetworkPolicyPeer) -> String {
    let labels = |selector: &Option<LabelSelector>| {
        let labels = selector.as_ref().and_then(|selector| selector.match_labels.as_ref());
        let labels = labels.into_iter().flatten();
        labels.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
    };
    let namespace = labels(&peer.namespace_selector);
    let namespace = namespace.trim_start_matches("kubernetes.io/metadata.name=");
    format!("{namespace}/{}", labels(&peer.pod_selector))
}
