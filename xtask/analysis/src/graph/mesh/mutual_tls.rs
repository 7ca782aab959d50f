//! What a pod takes: connections with mutual TLS, without, or both.
//!
//! Upstream: <https://istio.io/latest/docs/reference/config/security/peer_authentication/>

use serde_json::Value;

use super::membership::{Proxy, is_gateway};
use crate::graph::Graph;
use crate::objects::{Object, Pod, Selector, text, texts};

/// What a port takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// No mutual TLS: whatever comes goes to the container as it is.
    Disable,
    /// Both.
    Permissive,
    /// Nothing but mutual TLS.
    Strict,
}

/// What a port takes, and which `PeerAuthentication` says so.
#[derive(Clone, Copy, Debug)]
pub struct MutualTls<'a> {
    /// What the port takes.
    pub mode: Mode,
    /// The policy and its mode; none where nobody says anything.
    pub decided: Option<(&'a Object, &'a Value)>,
}

impl Mode {
    fn of(mutual_tls: &Value) -> Option<Self> {
        match text(&mutual_tls["mode"]) {
            Some("DISABLE") => Some(Self::Disable),
            Some("PERMISSIVE") => Some(Self::Permissive),
            Some("STRICT") => Some(Self::Strict),
            // `UNSET` inherits.
            _ => None,
        }
    }
}

/// How narrow the scope of a policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The whole mesh.
    Mesh,
    /// A namespace.
    Namespace,
    /// Some pods.
    Pods,
}

impl<'a> Graph<'a> {
    /// What a port of a pod takes.
    ///
    /// Of two policies of one scope the older one counts, which nobody sees here: the first.
    #[must_use]
    pub fn mutual_tls(&self, pod: &Pod<'_>, port: u64) -> MutualTls<'a> {
        let proxy = self.proxy(pod);
        if proxy == Proxy::None {
            return MutualTls { mode: Mode::Disable, decided: None };
        }
        let mut accepted = MutualTls { mode: Mode::Permissive, decided: None };
        // Policies are for what comes in beside an application.
        if is_gateway(pod) {
            return accepted;
        }
        for policy in self.peer_authentications(pod) {
            let spec = &policy.json["spec"];
            // Ports count only where pods are selected.
            let of_port = spec["portLevelMtls"].get(port.to_string());
            let of_port = of_port.filter(|_| scope(self, policy) == Scope::Pods);
            let of_port = of_port.and_then(|field| Some((Mode::of(field)?, field)));
            let of_all = || Some((Mode::of(&spec["mtls"])?, &spec["mtls"]));
            if let Some((mode, field)) = of_port.or_else(of_all) {
                accepted = MutualTls { mode, decided: Some((policy, &field["mode"])) };
            }
        }
        // The proxies of nodes always take mutual TLS.
        if proxy == Proxy::Ambient && accepted.mode == Mode::Disable {
            accepted.mode = Mode::Permissive;
        }
        accepted
    }

    /// The policies in force for a pod, the widest first, one of each scope.
    #[must_use]
    pub fn peer_authentications(&self, pod: &Pod<'_>) -> Vec<&'a Object> {
        let root = self.root_namespace();
        let mut chosen: [Option<&Object>; 3] = [None; 3];
        let own = Some(pod.namespace()).filter(|own| *own != root);
        for namespace in [Some(root), own].into_iter().flatten() {
            let policies = self.mesh.peer_authentications.get(namespace);
            for policy in policies.into_iter().flatten().copied() {
                let selector = Selector::of(&policy.json["spec"]["selector"]);
                let scope = scope(self, policy);
                let is_for_it = match scope {
                    Scope::Pods => namespace != root && pod.is_selected_by(&selector),
                    Scope::Mesh | Scope::Namespace => true,
                };
                if is_for_it && chosen[scope as usize].is_none() {
                    chosen[scope as usize] = Some(policy);
                }
            }
        }
        chosen.into_iter().flatten().collect()
    }
}

/// The scope of a policy.
#[must_use]
pub fn scope(graph: &Graph<'_>, policy: &Object) -> Scope {
    let labels = &policy.json["spec"]["selector"]["matchLabels"];
    if texts(labels).next().is_some() {
        Scope::Pods
    } else if policy.namespace() == graph.root_namespace() {
        Scope::Mesh
    } else {
        Scope::Namespace
    }
}
