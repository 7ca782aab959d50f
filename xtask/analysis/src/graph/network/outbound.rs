//! What the proxy of a pod knows: the hosts that its `Sidecar` lets through, and that are exported to it.
//!
//! Upstream: <https://istio.io/latest/docs/reference/config/networking/sidecar/>

use crate::graph::Graph;
use crate::graph::mesh::{ROUTING, overlap, service_of};
use crate::objects::{Object, Pod, Selector, Value, list, text};

/// What a proxy does with a call of a host.
#[derive(Clone, Copy, Debug)]
pub struct Outbound<'a> {
    /// The `Sidecar` of the pod, where there is one.
    pub sidecar: Option<&'a Object>,
    /// The entry of it that lets the host through.
    pub entry: Option<&'a Value>,
    /// Whether the proxy knows the host.
    pub is_known: bool,
    /// Whether the proxy refuses what it does not know; none where that cannot be seen.
    pub refuses_others: Option<bool>,
}

impl<'a> Graph<'a> {
    /// What the proxy of a pod does with a host that `called`, a Service or a `ServiceEntry`, has; a Service need not be here.
    #[must_use]
    pub fn outbound(&self, pod: &Pod<'_>, host: &str, called: Option<&Object>) -> Outbound<'a> {
        let sidecar = self.sidecar_of(pod);
        let mode = sidecar
            .and_then(|sidecar| text(&sidecar.json["spec"]["outboundTrafficPolicy"]["mode"]));
        let refuses_others = match mode {
            Some(mode) => Some(mode == "REGISTRY_ONLY"),
            None => self.is_registry_only(),
        };
        let service = service_of(host);
        let namespace_of_host = called.map(Object::namespace);
        let namespace_of_host =
            namespace_of_host.or(service.as_ref().and_then(|service| service.namespace.as_deref()));
        let is_exported = match called {
            Some(called) => self.audience(called).has(pod.namespace()),
            None => service.is_some(),
        };
        let listeners = sidecar.map(|sidecar| list(&sidecar.json["spec"]["egress"]));
        let entry = listeners.zip(namespace_of_host).and_then(|(listeners, called)| {
            let mut hosts = listeners.iter().flat_map(|listener| list(&listener["hosts"]));
            hosts.find(|named| {
                let Some((namespace, named)) = text(named).and_then(|named| named.split_once('/'))
                else {
                    return false;
                };
                let own = sidecar.map_or("", Object::namespace);
                let namespace = if namespace == "." { own } else { namespace };
                (namespace == "*" || namespace == called) && overlap(named, host)
            })
        });
        // Without egress a `Sidecar` changes nothing of it.
        let is_let_through = listeners.is_none_or(<[Value]>::is_empty) || entry.is_some();
        Outbound { sidecar, entry, is_known: is_exported && is_let_through, refuses_others }
    }

    /// The `Sidecar` in force for a pod.
    fn sidecar_of(&self, pod: &Pod<'_>) -> Option<&'a Object> {
        let all = || self.objects().of_kind(ROUTING, "Sidecar");
        let selector = |sidecar: &&'a Object| {
            Selector::of_labels(&sidecar.json["spec"]["workloadSelector"]["labels"])
        };
        let of = |namespace: &str| {
            all().find(|sidecar| sidecar.namespace() == namespace && selector(sidecar).is_empty())
        };
        let own = all().find(|sidecar| {
            let selector = selector(sidecar);
            sidecar.namespace() == pod.namespace()
                && !selector.is_empty()
                && pod.is_selected_by(&selector)
        });
        own.or_else(|| of(pod.namespace())).or_else(|| of(self.root_namespace()))
    }
}
