//! Who reaches pods by the network, and what they reach: the pieces of NetworkPolicies. They do not govern forwarded ports and probes
//! of the kubelet.
//!
//! Ports are those of the pods: a policy is judged after a Service has found its pod. Amazon's network add-on judges what leaves before
//! that, too, and admits the address of each Service whose selector has the labels of the rule: the labels here are such.
//!
//! Upstream: <https://kubernetes.io/docs/concepts/services-networking/network-policies/>

use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::model::label::{Labels, label, matching};
use crate::model::namespace::Namespace;
use crate::values::{Cidr, LabelKey, Port};

/// The label by which charts and operators name the pods of a tool.
pub const APP_NAME: LabelKey = label_key!("app.kubernetes.io/name");

/// The label by which charts tell the releases of a tool apart.
pub const INSTANCE: LabelKey = label_key!("app.kubernetes.io/instance");

/// Those pods take what is admitted and nothing else; what they send is not restricted.
#[must_use]
pub fn only(
    pods: LabelSelector,
    admitted: Vec<networking::NetworkPolicyIngressRule>,
) -> networking::NetworkPolicySpec {
    networking::NetworkPolicySpec {
        pod_selector: Some(pods),
        policy_types: Some(vec!["Ingress".to_owned()]),
        // The API server stores no empty list.
        ingress: (!admitted.is_empty()).then_some(admitted),
        egress: None,
    }
}

/// Admits each of `from` to each of these ports of the pods, by TCP. Without a peer it would admit everybody.
#[must_use]
pub fn admit(
    from: impl IntoIterator<Item = networking::NetworkPolicyPeer>,
    to: impl IntoIterator<Item = Port>,
) -> networking::NetworkPolicyIngressRule {
    networking::NetworkPolicyIngressRule {
        from: Some(from.into_iter().collect()),
        ports: Some(to.into_iter().map(tcp).collect()),
    }
}

/// Admits everybody, inside the cluster and outside, to each of these ports of the pods, by TCP.
#[must_use]
pub fn admit_everybody(to: impl IntoIterator<Item = Port>) -> networking::NetworkPolicyIngressRule {
    networking::NetworkPolicyIngressRule {
        from: None,
        ports: Some(to.into_iter().map(tcp).collect()),
    }
}

fn tcp(port: Port) -> networking::NetworkPolicyPort {
    networking::NetworkPolicyPort {
        port: Some(IntOrString::Int(port.into())),
        protocol: Some("TCP".to_owned()),
        end_port: None,
    }
}

/// Admits `from` to every port of the pods.
#[must_use]
pub fn admit_to_all(from: networking::NetworkPolicyPeer) -> networking::NetworkPolicyIngressRule {
    networking::NetworkPolicyIngressRule { from: Some(vec![from]), ports: None }
}

/// No pod takes or sends anything, in these directions: the NetworkPolicy to which all others of a namespace add.
pub(crate) fn nothing(
    directions: impl IntoIterator<Item = &'static str>,
) -> networking::NetworkPolicySpec {
    networking::NetworkPolicySpec {
        pod_selector: Some(LabelSelector::default()),
        policy_types: Some(directions.into_iter().map(str::to_owned).collect()),
        ingress: None,
        egress: None,
    }
}

/// Those pods send to where they are let and nowhere else; what they take is not restricted.
pub(crate) fn only_to(
    pods: LabelSelector,
    let_out: Vec<networking::NetworkPolicyEgressRule>,
) -> networking::NetworkPolicySpec {
    networking::NetworkPolicySpec {
        pod_selector: Some(pods),
        policy_types: Some(vec!["Egress".to_owned()]),
        ingress: None,
        egress: Some(let_out),
    }
}

/// Lets pods send to this port of others, by TCP.
pub(crate) fn let_out(
    to: networking::NetworkPolicyPeer,
    port: Port,
) -> networking::NetworkPolicyEgressRule {
    networking::NetworkPolicyEgressRule { to: Some(vec![to]), ports: Some(vec![tcp(port)]) }
}

/// Lets pods ask the cluster's DNS servers, which have kept the label of `kube-dns` on Minikube and on EKS.
pub(crate) fn let_ask_dns() -> networking::NetworkPolicyEgressRule {
    let port = port!(53);
    let udp = networking::NetworkPolicyPort { protocol: Some("UDP".to_owned()), ..tcp(port) };
    networking::NetworkPolicyEgressRule {
        to: Some(vec![pods(&Namespace::KUBE_SYSTEM, matching(label("k8s-app", "kube-dns")))]),
        ports: Some(vec![udp, tcp(port)]),
    }
}

/// Some pods of a namespace.
#[must_use]
pub fn pods(namespace: &Namespace, pods: LabelSelector) -> networking::NetworkPolicyPeer {
    networking::NetworkPolicyPeer { pod_selector: Some(pods), ..all_pods_of(namespace) }
}

/// Every pod of a namespace.
#[must_use]
pub fn all_pods_of(namespace: &Namespace) -> networking::NetworkPolicyPeer {
    networking::NetworkPolicyPeer {
        namespace_selector: Some(namespace_named(namespace.name().as_str())),
        ..networking::NetworkPolicyPeer::default()
    }
}

/// Those pods of a namespace that is known by its name alone.
pub(crate) fn pods_with(namespace: &str, labels: Labels) -> networking::NetworkPolicyPeer {
    networking::NetworkPolicyPeer {
        namespace_selector: Some(namespace_named(namespace)),
        pod_selector: Some(matching(labels)),
        ip_block: None,
    }
}

/// Addresses outside the network of pods.
pub(crate) fn range(addresses: &Cidr) -> networking::NetworkPolicyPeer {
    networking::NetworkPolicyPeer {
        ip_block: Some(networking::IPBlock { cidr: addresses.to_string(), except: None }),
        ..networking::NetworkPolicyPeer::default()
    }
}

/// The label that the API server gives every namespace.
fn namespace_named(name: &str) -> LabelSelector {
    matching(label("kubernetes.io/metadata.name", name))
}
