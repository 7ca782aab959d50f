//! Which pods are in the mesh, and how.
//!
//! Upstream: <https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/>,
//! <https://istio.io/latest/docs/ambient/usage/add-workloads/>

use crate::graph::Graph;
use crate::objects::{Pod, text};

/// How a pod is in the mesh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxy {
    /// By a proxy of its own: a sidecar, or as a gateway.
    Sidecar,
    /// By the proxy of its node.
    Ambient,
    /// Not at all.
    None,
    /// Its namespace is not here, and says it.
    Unknown,
}

/// Namespaces into whose pods nothing is ever injected.
const IGNORED: &[&str] = &["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];

impl Proxy {
    /// Whether the pod is in the mesh for sure.
    #[must_use]
    pub fn is_there(self) -> bool {
        matches!(self, Self::Sidecar | Self::Ambient)
    }

    /// Whether the pod has a proxy of its own for sure.
    #[must_use]
    pub fn is_sidecar(self) -> bool {
        self == Self::Sidecar
    }
}

impl Graph<'_> {
    /// How a pod is in the mesh.
    #[must_use]
    pub fn proxy(&self, pod: &Pod<'_>) -> Proxy {
        if is_proxy(pod) {
            return Proxy::Sidecar;
        }
        let namespace = self.objects().find("", "Namespace", None, pod.namespace());
        // Without its namespace there are only the pod's own labels.
        let of_namespace = |key| namespace.and_then(|namespace| namespace.label(key));
        let of_pod = |key: &str| text(&pod.labels()[key]);
        let is_injected = match (of_namespace("istio-injection"), of_namespace("istio.io/rev")) {
            (Some("enabled"), _) | (None, Some(_)) => true,
            (Some(_), _) => false,
            // A label of the pod counts only where its namespace says nothing.
            (None, None) => {
                of_pod("sidecar.istio.io/inject") == Some("true")
                    || of_pod("istio.io/rev").is_some()
            }
        };
        let asked =
            of_pod("sidecar.istio.io/inject").or_else(|| pod.annotation("sidecar.istio.io/inject"));
        let is_on_host = pod.spec["hostNetwork"].as_bool() == Some(true);
        if asked != Some("false")
            && is_injected
            && !is_on_host
            && !IGNORED.contains(&pod.namespace())
        {
            return Proxy::Sidecar;
        }
        let mode = of_pod("istio.io/dataplane-mode").or(of_namespace("istio.io/dataplane-mode"));
        match (mode, namespace) {
            _ if is_on_host => Proxy::None,
            (Some("ambient"), _) => Proxy::Ambient,
            (None, None) if asked != Some("false") => Proxy::Unknown,
            _ => Proxy::None,
        }
    }
}

/// Whether a container of the pod is the proxy already: put there by hand, or the pod is a gateway.
fn is_proxy(pod: &Pod<'_>) -> bool {
    pod.containers().any(|container| container.name() == "istio-proxy")
        || text(&pod.labels()["gateway.networking.k8s.io/gateway-class-name"])
            .is_some_and(|class| class.starts_with("istio"))
}

/// Whether a pod is nothing but a proxy: a gateway, which takes what the servers of its `Gateways` say.
#[must_use]
pub fn is_gateway(pod: &Pod<'_>) -> bool {
    is_proxy(pod) && pod.running().count() == 1
}
