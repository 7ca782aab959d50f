//! What a pod takes: connections with mutual TLS, without, or both.
//!
//! Upstream: <https://istio.io/latest/docs/reference/config/security/peer_authentication/>

use super::membership::{Proxy, is_gateway};
use super::{ROUTING, full, overlap};
use crate::graph::Graph;
use crate::objects::{Object, Pod, Selector, Value, list, text, texts};

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

    /// Why TLS of a mode, which a `DestinationRule` has callers begin, does not reach a port of a pod, and who says what the port takes.
    #[must_use]
    pub fn contradiction(
        &self,
        mode: &str,
        pod: &Pod<'_>,
        port: u64,
    ) -> Option<(String, MutualTls<'a>)> {
        let (taken, proxy) = (self.mutual_tls(pod, port), self.proxy(pod));
        let owner = &pod.owner.identity;
        let message = match (mode, taken.mode) {
            ("DISABLE" | "SIMPLE" | "MUTUAL", Mode::Strict) if proxy.is_there() => {
                format!(
                    "{mode} does not reach port {port} of {owner}, which takes nothing but mutual TLS of the mesh"
                )
            }
            ("ISTIO_MUTUAL", Mode::Disable) if proxy == Proxy::None => {
                format!("{mode} does not reach {owner}, which has no proxy that takes it")
            }
            ("ISTIO_MUTUAL", Mode::Disable) => {
                format!("{mode} does not reach port {port} of {owner}, which takes no mutual TLS")
            }
            _ => return None,
        };
        Some((message, taken))
    }

    /// The `DestinationRule` that says by which TLS proxies of a namespace call a port of a Service, and its mode: of the caller's
    /// namespace, of the Service's, or of the whole mesh. What subsets say is not looked at.
    #[must_use]
    pub fn begun_tls(
        &self,
        caller: &str,
        service: &Object,
        port: u64,
    ) -> Option<(&'a Object, &'a Value)> {
        let host = full(service.name(), service.namespace());
        let of_rule = |rule: &Object| {
            let named = full(text(&rule.json["spec"]["host"])?, rule.namespace());
            if *named == *host {
                Some(0)
            } else {
                (named.contains('*') && overlap(&named, &host)).then_some(1)
            }
        };
        let rules = || {
            let all = self.objects().of_kind(ROUTING, "DestinationRule");
            all.filter(|rule| self.audience(rule).has(caller))
                .filter_map(|rule| Some((of_rule(rule)?, rule)))
        };
        let rule = [caller, service.namespace(), self.root_namespace()].into_iter().find_map(
            |namespace| {
                let own = rules().filter(|(_, rule)| rule.namespace() == namespace);
                own.min_by_key(|(distance, _)| *distance).map(|(_, rule)| rule)
            },
        )?;
        let policy = &rule.json["spec"]["trafficPolicy"];
        let mut levels = list(&policy["portLevelSettings"]).iter();
        let of_port = levels.find(|level| level["port"]["number"].as_u64() == Some(port));
        let mode = &of_port.unwrap_or(policy)["tls"]["mode"];
        mode.is_string().then_some((rule, mode))
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
