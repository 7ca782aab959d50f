//! What objects of the Gateway API name, and the policies that are attached to them.
//!
//! Upstream: <https://gateway-api.sigs.k8s.io/reference/spec/>

use super::reference::Names;
use super::{Graph, Part, Relation};
use crate::objects::{Identity, Object, Value, list, text};

/// The group of the Gateway API.
pub(super) const GROUP: &str = "gateway.networking.k8s.io";

/// The classes, parents, backends, certificates and targets that an object names.
pub(super) fn references(names: &mut Names<'_, '_>) {
    let object = names.from;
    let spec = &object.json["spec"];
    targets(names, spec);
    if object.identity.group != GROUP {
        return;
    }
    let own = object.namespace();
    match object.identity.kind.as_str() {
        "Gateway" => {
            let class = (GROUP, "GatewayClass", None);
            names.name(&spec["gatewayClassName"], Relation::GatewayClass, class);
            for listener in list(&spec["listeners"]) {
                for certificate in list(&listener["tls"]["certificateRefs"]) {
                    refer(names, certificate, Relation::ServedCertificate, ("", "Secret"), None);
                }
            }
        }
        "BackendTLSPolicy" => {
            for authority in list(&spec["validation"]["caCertificateRefs"]) {
                refer(names, authority, Relation::Credential, ("", "ConfigMap"), None);
            }
        }
        kind if kind.ends_with("Route") => {
            for parent in list(&spec["parentRefs"]) {
                let section = Some(&parent["sectionName"]).filter(|name| name.is_string());
                let part = match section {
                    Some(section) if text(&parent["kind"]) != Some("Service") => {
                        Some(Part::Listener(section))
                    }
                    _ => Some(&parent["port"]).filter(|port| port.is_u64()).map(Part::Port),
                };
                refer(names, parent, Relation::RouteParent, (GROUP, "Gateway"), part);
            }
            for rule in list(&spec["rules"]) {
                let filters = list(&rule["filters"]).iter();
                let backends = list(&rule["backendRefs"]);
                let of_backends = backends.iter().flat_map(|backend| list(&backend["filters"]));
                let filters: Vec<&Value> = filters.chain(of_backends).collect();
                for filter in &filters {
                    let extension = &filter["extensionRef"];
                    if let (Some(group), Some(kind)) =
                        (text(&extension["group"]), text(&extension["kind"]))
                    {
                        let what = (group, kind, Some(own));
                        names.name(&extension["name"], Relation::RouteFilter, what);
                    }
                }
                let mirrored = filters.iter().map(|filter| &filter["requestMirror"]["backendRef"]);
                for backend in backends.iter().chain(mirrored) {
                    let number = Some(&backend["port"]).filter(|number| number.is_u64());
                    let part = number.map(Part::Port);
                    refer(names, backend, Relation::RouteBackend, ("", "Service"), part);
                }
            }
        }
        _ => {}
    }
}

/// What a policy is for: `targetRefs`, or `targetRef` of older ones.
fn targets<'a>(names: &mut Names<'_, 'a>, spec: &'a Value) {
    for target in list(&spec["targetRefs"]).iter().chain(Some(&spec["targetRef"])) {
        // Autoscalers name versions instead of groups.
        let (Some(group), Some(kind)) = (text(&target["group"]), text(&target["kind"])) else {
            continue;
        };
        let section = Some(&target["sectionName"]).filter(|name| name.is_string());
        let part = section.map(|section| match kind {
            "Service" => Part::Port(section),
            _ => Part::Listener(section),
        });
        // Routes have sections since v1.4; nothing here reads them.
        let part = part.filter(|_| kind == "Service" || kind == "Gateway");
        refer(names, target, Relation::PolicyTarget, (group, kind), part);
    }
}

/// A name with group, kind and namespace, each of which has a default.
fn refer<'a>(
    names: &mut Names<'_, 'a>,
    reference: &'a Value,
    relation: Relation,
    (group, kind): (&str, &str),
    part: Option<Part<'a>>,
) {
    let group = text(&reference["group"]).unwrap_or(group);
    let group = if group == "core" { "" } else { group };
    let kind = text(&reference["kind"]).unwrap_or(kind);
    let own = names.from.identity.namespace.as_deref();
    let namespace = text(&reference["namespace"]).or(own);
    let namespace = namespace.filter(|_| kind != "GatewayClass");
    names.part(&reference["name"], relation, (group, kind, namespace), part);
}

impl Graph<'_> {
    /// Whether what an object names in another namespace has a `ReferenceGrant` there that lets it.
    #[must_use]
    pub fn is_granted(&self, from: &Object, target: &Identity) -> bool {
        let grants = self.objects().of_kind(GROUP, "ReferenceGrant");
        let of_namespace = grants.filter(|grant| grant.identity.namespace == target.namespace);
        of_namespace.into_iter().any(|grant| {
            let spec = &grant.json["spec"];
            let from_here = list(&spec["from"]).iter().any(|source| {
                text(&source["group"]) == Some(&from.identity.group)
                    && text(&source["kind"]) == Some(&from.identity.kind)
                    && text(&source["namespace"]) == Some(from.namespace())
            });
            let to_there = list(&spec["to"]).iter().any(|to| {
                text(&to["group"]).unwrap_or_default() == target.group
                    && text(&to["kind"]) == Some(&target.kind)
                    && text(&to["name"]).is_none_or(|name| name == target.name)
            });
            from_here && to_there
        })
    }
}
