//! Who reaches pods by the network: the pieces of NetworkPolicies. They do not govern forwarded ports and probes of the kubelet.
//!
//! Upstream: <https://kubernetes.io/docs/concepts/services-networking/network-policies/>

use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::model::label::{Labels, label, matching};
use crate::model::namespace::Namespace;
use crate::values::{LabelKey, Port};

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
        ingress: Some(admitted),
        egress: None,
    }
}

/// Admits each of `from` to each of these ports of the pods, by TCP. Without a peer it would admit everybody.
#[must_use]
pub fn admit(
    from: impl IntoIterator<Item = networking::NetworkPolicyPeer>,
    to: impl IntoIterator<Item = Port>,
) -> networking::NetworkPolicyIngressRule {
    let port = |port: Port| networking::NetworkPolicyPort {
        port: Some(IntOrString::Int(port.into())),
        protocol: Some("TCP".to_owned()),
        end_port: None,
    };
    networking::NetworkPolicyIngressRule {
        from: Some(from.into_iter().collect()),
        ports: Some(to.into_iter().map(port).collect()),
    }
}

/// Admits `from` to every port of the pods.
#[must_use]
pub fn admit_to_all(from: networking::NetworkPolicyPeer) -> networking::NetworkPolicyIngressRule {
    networking::NetworkPolicyIngressRule { from: Some(vec![from]), ports: None }
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

/// The label that the API server gives every namespace.
fn namespace_named(name: &str) -> LabelSelector {
    matching(label("kubernetes.io/metadata.name", name))
}
