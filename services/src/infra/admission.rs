//! Who reaches the pods of a tool that asks for no login.

use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use manifests_lib::network::network_policy::{labelled, only, pods};
use manifests_lib::values::Name;

use super::nginx;
use crate::environment::Environment;

/// Those pods take only what is admitted.
pub(super) fn policy(
    name: Name,
    pods: LabelSelector,
    admitted: Vec<networking::NetworkPolicyIngressRule>,
) -> networking::NetworkPolicy {
    networking::NetworkPolicy {
        metadata: ObjectMeta { name: Some(name.to_string()), ..ObjectMeta::default() },
        spec: Some(only(pods, admitted)),
    }
}

/// The gateway by which people reach web UIs, where the environment has one.
pub(super) fn internal_gateway(env: &Environment) -> Option<networking::NetworkPolicyPeer> {
    env.internal_domain.as_ref().map(|_| {
        pods(
            &nginx::INTERNAL.namespace,
            labelled("gateway.networking.k8s.io/gateway-name", &nginx::INTERNAL.name),
        )
    })
}
