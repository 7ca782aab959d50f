//! Which pods are in the mesh, and how.
//!
//! Upstream: <https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/>,
//! <https://istio.io/latest/docs/ambient/usage/add-workloads/>

use crate::graph::Graph;
use crate::objects::{Object, Pod, text};

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
        let is_injected = self.is_injected(pod);
        if is_injected == Some(true) {
            return Proxy::Sidecar;
        }
        let mode = text(&pod.labels()["istio.io/dataplane-mode"])
            .or_else(|| self.namespace(pod.namespace())?.label("istio.io/dataplane-mode"));
        match mode {
            _ if is_on_host(pod) => Proxy::None,
            Some("ambient") => Proxy::Ambient,
            None if is_injected.is_none() => Proxy::Unknown,
            _ => Proxy::None,
        }
    }

    /// Whether a sidecar is injected into a pod; none where its namespace says it, which is not here.
    #[must_use]
    pub fn is_injected(&self, pod: &Pod<'_>) -> Option<bool> {
        let asked = text(&pod.labels()["sidecar.istio.io/inject"])
            .or_else(|| pod.annotation("sidecar.istio.io/inject"));
        if asked == Some("false") || is_on_host(pod) || IGNORED.contains(&pod.namespace()) {
            return Some(false);
        }
        let namespace = self.namespace(pod.namespace());
        let of_namespace = |key| namespace.and_then(|namespace| namespace.label(key));
        match (of_namespace("istio-injection"), of_namespace("istio.io/rev")) {
            (Some("enabled"), _) | (None, Some(_)) => Some(true),
            (Some(_), _) => Some(false),
            // A label of the pod counts only where its namespace says nothing.
            (None, None) => {
                let by_pod = text(&pod.labels()["sidecar.istio.io/inject"]) == Some("true")
                    || !pod.labels()["istio.io/rev"].is_null();
                match namespace {
                    None if self.is_whole() => Some(by_pod),
                    None => by_pod.then_some(true),
                    Some(_) => Some(by_pod),
                }
            }
        }
    }

    /// The namespace of this name, where somebody wrote it: what Kubernetes makes may be labelled later.
    fn namespace(&self, name: &str) -> Option<&Object> {
        self.objects().find("", "Namespace", None, name).filter(|namespace| namespace.is_written())
    }
}

fn is_on_host(pod: &Pod<'_>) -> bool {
    pod.spec["hostNetwork"].as_bool() == Some(true)
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
