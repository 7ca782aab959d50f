//! Nobody reaches a gateway's pods whom its policies do not name.

use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use manifests_lib::platform::BuiltPlatform;

use super::platforms;

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

fn policies<'a>(
    platform: &'a BuiltPlatform,
    namespace: &'a str,
) -> impl Iterator<Item = &'a NetworkPolicy> {
    platform
        .resources()
        .filter_map(|resource| resource.get::<NetworkPolicy>())
        .filter(move |policy| policy.metadata.namespace.as_deref() == Some(namespace))
}
