//! Who reaches the pods of a tool that asks for no login, as NetworkPolicies. Forwarded ports and probes do not pass here.

use std::collections::BTreeMap;

use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use manifests_lib::{Name, Namespace, Port};

use super::nginx;
use crate::environment::Environment;

/// By whose value tools name their pods.
pub(super) const APP_NAME: &str = "app.kubernetes.io/name";

/// Those pods take only what is admitted.
pub(super) fn policy(
    name: Name,
    pods: LabelSelector,
    admitted: Vec<networking::NetworkPolicyIngressRule>,
) -> networking::NetworkPolicy {
    networking::NetworkPolicy {
        metadata: ObjectMeta {
            name: Some(name.to_string()),
            ..ObjectMeta::default()
        },
        spec: Some(networking::NetworkPolicySpec {
            pod_selector: Some(pods),
            policy_types: Some(vec!["Ingress".to_owned()]),
            ingress: Some(admitted),
            egress: None,
        }),
    }
}

/// Admits `from` to one port of the pods.
pub(super) fn admit(
    from: networking::NetworkPolicyPeer,
    to: Port,
) -> networking::NetworkPolicyIngressRule {
    networking::NetworkPolicyIngressRule {
        from: Some(vec![from]),
        ports: Some(vec![networking::NetworkPolicyPort {
            port: Some(IntOrString::Int(to.into())),
            protocol: Some("TCP".to_owned()),
            end_port: None,
        }]),
    }
}

/// Admits `from` to every port of the pods.
pub(super) fn admit_to_all(
    from: networking::NetworkPolicyPeer,
) -> networking::NetworkPolicyIngressRule {
    networking::NetworkPolicyIngressRule {
        from: Some(vec![from]),
        ports: None,
    }
}

/// The pods of a tool.
pub(super) fn pods_of(namespace: &Namespace, app_name: &Name) -> networking::NetworkPolicyPeer {
    networking::NetworkPolicyPeer {
        pod_selector: Some(labelled(APP_NAME, app_name)),
        ..all_pods_of(namespace)
    }
}

/// Every pod of a namespace.
pub(super) fn all_pods_of(namespace: &Namespace) -> networking::NetworkPolicyPeer {
    networking::NetworkPolicyPeer {
        namespace_selector: Some(labelled("kubernetes.io/metadata.name", namespace.name())),
        ..networking::NetworkPolicyPeer::default()
    }
}

/// The gateway by which people reach pages, where the environment has one.
pub(super) fn internal_gateway(env: &Environment) -> Option<networking::NetworkPolicyPeer> {
    env.internal_domain
        .as_ref()
        .map(|_| networking::NetworkPolicyPeer {
            pod_selector: Some(labelled(
                "gateway.networking.k8s.io/gateway-name",
                &nginx::INTERNAL.name,
            )),
            ..all_pods_of(&nginx::INTERNAL.namespace)
        })
}

/// Whatever has the label.
pub(super) fn labelled(key: &str, value: &Name) -> LabelSelector {
    LabelSelector {
        match_labels: Some(BTreeMap::from([(key.to_owned(), value.to_string())])),
        match_expressions: None,
    }
}
