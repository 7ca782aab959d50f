//! Who reaches whom by the network, in every environment.

use std::collections::{BTreeMap, BTreeSet};

use custom_resources::istio::security::v1::AuthorizationPolicy;
use custom_resources::rabbitmq::v1beta1::RabbitmqCluster;
use k8s_openapi::api::core::v1::{Namespace, Service};
use k8s_openapi::api::networking::v1::{NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use manifests_lib::model::Manifest;
use manifests_lib::platform::BuiltPlatform;

use super::platforms;

/// Some pods, as a policy names them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Pods {
    /// Those of a namespace that have these labels.
    Labelled(String, BTreeMap<String, String>),
    /// Those of every namespace with a sidecar.
    OfTheMesh,
    /// All, and what is no pod.
    Everybody,
    /// Addresses.
    Range(String),
}

/// A way that a policy opens at one of its ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    from: Pods,
    to: Pods,
    port: Option<i32>,
}

fn all<T: Manifest>(platform: &BuiltPlatform) -> impl Iterator<Item = &T> {
    platform.resources().filter_map(|it| it.get::<T>())
}

fn labels(selector: Option<&LabelSelector>) -> BTreeMap<String, String> {
    selector.and_then(|selector| selector.match_labels.clone()).unwrap_or_default()
}

fn peer(peer: &NetworkPolicyPeer) -> Pods {
    if let Some(range) = &peer.ip_block {
        return Pods::Range(range.cidr.clone());
    }
    let namespace = labels(peer.namespace_selector.as_ref());
    match namespace.get("kubernetes.io/metadata.name") {
        Some(namespace) => Pods::Labelled(namespace.clone(), labels(peer.pod_selector.as_ref())),
        None => Pods::OfTheMesh,
    }
}

fn peers(peers: Option<&Vec<NetworkPolicyPeer>>) -> Vec<Pods> {
    peers.map_or_else(|| vec![Pods::Everybody], |peers| peers.iter().map(peer).collect())
}

fn ports(ports: Option<&Vec<NetworkPolicyPort>>) -> Vec<Option<i32>> {
    let number = |port: &NetworkPolicyPort| match &port.port {
        Some(IntOrString::Int(number)) => Some(*number),
        _ => None,
    };
    ports.map_or_else(|| vec![None], |ports| ports.iter().map(number).collect())
}

fn ways(from: &[Pods], to: &[Pods], ports: &[Option<i32>]) -> Vec<Way> {
    let mut ways = Vec::new();
    for from in from {
        for to in to {
            let way = |port: &Option<i32>| Way { from: from.clone(), to: to.clone(), port: *port };
            ways.extend(ports.iter().map(way));
        }
    }
    ways
}

/// The ways that policies open where they end, and where they begin.
fn opened(platform: &BuiltPlatform) -> (BTreeSet<Way>, BTreeSet<Way>) {
    let (mut admitted, mut let_out) = (BTreeSet::new(), BTreeSet::new());
    for policy in all::<NetworkPolicy>(platform) {
        let namespace = policy.metadata.namespace.clone().unwrap_or_default();
        let Some(spec) = &policy.spec else { continue };
        let own = [Pods::Labelled(namespace, labels(spec.pod_selector.as_ref()))];
        for rule in spec.ingress.iter().flatten() {
            let from = peers(rule.from.as_ref());
            admitted.extend(ways(&from, &own, &ports(rule.ports.as_ref())));
        }
        for rule in spec.egress.iter().flatten() {
            let to = peers(rule.to.as_ref());
            let_out.extend(ways(&own, &to, &ports(rule.ports.as_ref())));
        }
    }
    (admitted, let_out)
}

/// Pods that take only what a policy admits.
fn guarded(platform: &BuiltPlatform) -> BTreeSet<Pods> {
    all::<NetworkPolicy>(platform)
        .filter(|policy| {
            let spec = policy.spec.as_ref();
            let types = spec.and_then(|spec| spec.policy_types.as_ref()).into_iter().flatten();
            types.into_iter().any(|direction| direction == "Ingress")
        })
        .map(|policy| {
            let pods = policy.spec.as_ref().and_then(|spec| spec.pod_selector.as_ref());
            Pods::Labelled(policy.metadata.namespace.clone().unwrap_or_default(), labels(pods))
        })
        .collect()
}

/// All pods of the namespace of these.
fn all_with(pods: &Pods) -> Pods {
    match pods {
        Pods::Labelled(namespace, _) => Pods::Labelled(namespace.clone(), BTreeMap::new()),
        other => other.clone(),
    }
}

/// Namespaces whose pods send only where a policy lets them.
fn limited(platform: &BuiltPlatform) -> BTreeSet<String> {
    all::<NetworkPolicy>(platform)
        .filter(|policy| {
            let spec = policy.spec.as_ref();
            let types = spec.and_then(|spec| spec.policy_types.as_ref()).into_iter().flatten();
            let pods = labels(spec.and_then(|spec| spec.pod_selector.as_ref()));
            pods.is_empty() && types.into_iter().any(|direction| direction == "Egress")
        })
        .filter_map(|policy| policy.metadata.namespace.clone())
        .collect()
}

/// A namespace without a default deny admits everybody to pods that no other policy names, such as those beside a gateway.
#[test]
fn every_namespace_denies_by_default() {
    for platform in platforms() {
        let denying: BTreeSet<_> = all::<NetworkPolicy>(&platform)
            .filter(|policy| policy.metadata.name.as_deref() == Some("default-deny"))
            .filter(|policy| {
                policy.spec.as_ref().is_some_and(|spec| {
                    labels(spec.pod_selector.as_ref()).is_empty() && spec.ingress.is_none()
                })
            })
            .filter_map(|policy| policy.metadata.namespace.clone())
            .collect();
        let created: BTreeSet<_> = all::<Namespace>(&platform)
            .filter_map(|namespace| namespace.metadata.name.clone())
            .collect();
        assert_eq!(denying, created, "{}", platform.environment);
    }
}

/// A call that is let out and not admitted, or admitted and not let out, would be declared and fail.
#[test]
fn every_way_is_open_at_both_ends() {
    for platform in platforms() {
        let (admitted, let_out) = opened(&platform);
        let (limited, guarded) = (limited(&platform), guarded(&platform));
        assert!(!limited.is_empty(), "{} limits nothing", platform.environment);
        for way in &let_out {
            // DNS belongs to the cluster, and databases outside have no policies.
            let foreign = match &way.to {
                Pods::Labelled(namespace, _) => namespace == "kube-system",
                Pods::Range(_) => true,
                Pods::OfTheMesh | Pods::Everybody => false,
            };
            let takes = |from: &Pods| {
                let end = |port| Way { from: from.clone(), to: way.to.clone(), port };
                admitted.contains(&end(way.port)) || admitted.contains(&end(None))
            };
            // Pods that no policy is about take everything.
            let unguarded = !guarded.contains(&way.to) && !guarded.contains(&all_with(&way.to));
            assert!(
                foreign
                    || unguarded
                    || [&way.from, &Pods::OfTheMesh, &Pods::Everybody].into_iter().any(takes),
                "{}: {way:?} is let out, and not admitted",
                platform.environment
            );
        }
        for way in &admitted {
            let Pods::Labelled(namespace, _) = &way.from else { continue };
            assert!(
                !limited.contains(namespace) || let_out.contains(way),
                "{}: {way:?} is admitted, and not let out",
                platform.environment
            );
        }
    }
}

/// A server that speaks first, such as MySQL, greets whoever connects before the mesh knows who it is: only the network can keep
/// strangers from it.
#[test]
fn what_speaks_first_is_guarded_by_the_mesh_and_by_the_network() {
    for platform in platforms() {
        let (admitted, _) = opened(&platform);
        for service in all::<Service>(&platform) {
            let Some(spec) = &service.spec else { continue };
            for port in spec.ports.iter().flatten() {
                if port.app_protocol.as_deref() != Some("tcp") {
                    continue;
                }
                let name = service.metadata.name.clone().unwrap_or_default();
                let namespace = service.metadata.namespace.clone().unwrap_or_default();
                let selector = spec.selector.clone().unwrap_or_default();
                let behind = |pods: &BTreeMap<String, String>| {
                    !pods.is_empty()
                        && pods.iter().all(|(key, value)| selector.get(key) == Some(value))
                };
                let number = match &port.target_port {
                    Some(IntOrString::Int(number)) => *number,
                    _ => port.port,
                };
                let by_network = admitted.iter().any(|way| {
                    matches!(&way.to, Pods::Labelled(in_, pods) if *in_ == namespace && behind(pods))
                        && matches!(way.from, Pods::Labelled(..))
                        && way.port == Some(number)
                });
                let by_mesh = all::<AuthorizationPolicy>(&platform).any(|policy| {
                    let spec = policy.spec.as_ref();
                    let selector = spec.and_then(|spec| spec.selector.as_ref());
                    let pods = selector.and_then(|selector| selector.match_labels.as_ref());
                    policy.metadata.namespace.as_ref() == Some(&namespace)
                        && pods.is_some_and(behind)
                });
                assert!(
                    by_network && by_mesh,
                    "{}: {name} is open by the network or in the mesh",
                    platform.environment
                );
            }
        }
        // Brokers are outside the mesh.
        for broker in all::<RabbitmqCluster>(&platform) {
            let name = broker.metadata.name.clone().unwrap_or_default();
            let namespace = broker.metadata.namespace.clone().unwrap_or_default();
            let pods = BTreeMap::from([("app.kubernetes.io/name".to_owned(), name.clone())]);
            let pods = Pods::Labelled(namespace, pods);
            let ways: Vec<_> = admitted.iter().filter(|way| way.to == pods).collect();
            assert!(
                !ways.is_empty() && ways.iter().all(|way| matches!(way.from, Pods::Labelled(..))),
                "{}: {name} is open by the network",
                platform.environment
            );
        }
    }
}
