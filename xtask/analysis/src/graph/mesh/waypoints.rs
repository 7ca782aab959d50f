//! Waypoints of ambient meshes: which one takes the requests of a Service, and whom it admits.
//!
//! Upstream: <https://istio.io/latest/docs/ambient/usage/waypoint/>

use super::authorization::{Caller, Verdict};
use crate::graph::Graph;
use crate::objects::{Identity, Object, Value, list, text};

/// The label that names a waypoint.
pub const USE: &str = "istio.io/use-waypoint";

/// The waypoint that labels name, of something in a namespace; `none` is none.
#[must_use]
pub fn named(labels: &Value, own: &str) -> Option<Identity> {
    let name = text(&labels[USE]).filter(|name| *name != "none" && !name.is_empty())?;
    let namespace = text(&labels["istio.io/use-waypoint-namespace"]).unwrap_or(own);
    Some(Identity::new("gateway.networking.k8s.io", "Gateway", Some(namespace), name))
}

impl<'a> Graph<'a> {
    /// The waypoint that takes requests to a Service, where it is here: its own, or that of its namespace.
    #[must_use]
    pub fn waypoint_of(&self, service: &Object) -> Option<&'a Object> {
        let namespace = service.namespace();
        let own = &service.json["metadata"]["labels"];
        let identity = if own[USE].is_null() {
            let of_namespace = self.objects().find("", "Namespace", None, namespace)?;
            named(&of_namespace.json["metadata"]["labels"], namespace)
        } else {
            named(own, namespace)
        };
        let gateway = self.objects().get(&identity?)?;
        let takes = gateway.label("istio.io/waypoint-for").unwrap_or("service");
        ["all", "service"].contains(&takes).then_some(gateway)
    }

    /// Whether a waypoint lets somebody in at a port of a Service: by policies whose target is the waypoint, its class or the Service.
    #[must_use]
    pub fn waypoint_admits(
        &self,
        caller: Caller<'_>,
        waypoint: &Object,
        service: &Object,
        port: u64,
    ) -> Verdict<'a> {
        let policies: Vec<&'a Object> = self
            .objects()
            .of_kind(super::SECURITY, "AuthorizationPolicy")
            .filter(|policy| {
                let spec = &policy.json["spec"];
                let mut targets = list(&spec["targetRefs"]).iter().chain(Some(&spec["targetRef"]));
                targets.any(|target| {
                    let is = |object: &Object| {
                        policy.namespace() == object.namespace()
                            && text(&target["name"]) == Some(object.name())
                    };
                    match text(&target["kind"]) {
                        Some("Gateway") => is(waypoint),
                        Some("Service") => is(service),
                        Some("GatewayClass") => {
                            policy.namespace() == self.root_namespace()
                                && target["name"] == waypoint.json["spec"]["gatewayClassName"]
                        }
                        _ => false,
                    }
                })
            })
            .collect();
        super::authorization::judge(&policies, caller, port, false)
    }
}
