//! What objects of Istio name: gateways, delegates, callers, namespaces.

use super::{ROUTING, SECURITY, TRUST};
use crate::graph::Relation;
use crate::graph::reference::Names;
use crate::objects::{Identity, Value, list, text};

/// The gateways, delegates and callers that an object names.
pub(in crate::graph) fn references(names: &mut Names<'_, '_>) {
    let object = names.from;
    let own = object.namespace();
    let spec = &object.json["spec"];
    if object.identity.group == ROUTING {
        for export in list(&spec["exportTo"]) {
            if text(export).is_some_and(|name| ![".", "*", "~"].contains(&name)) {
                names.name(export, Relation::ExportNamespace, ("", "Namespace", None));
            }
        }
    }
    if object.is(ROUTING, "VirtualService") {
        let matches = ["http", "tls", "tcp"].into_iter().flat_map(|layer| list(&spec[layer]));
        let matches = matches.flat_map(|route| list(&route["match"]));
        let of_matches = matches.flat_map(|matched| list(&matched["gateways"]));
        for gateway in list(&spec["gateways"]).iter().chain(of_matches) {
            // `mesh` is every sidecar.
            if let Some(name) = text(gateway).filter(|name| *name != "mesh") {
                let (namespace, name) = name.split_once('/').unwrap_or((own, name));
                let target = Identity::new(ROUTING, "Gateway", Some(namespace), name);
                names.to(gateway, Relation::MeshGateway, target, None);
            }
        }
        for route in list(&spec["http"]) {
            let delegate = &route["delegate"];
            let namespace = text(&delegate["namespace"]).unwrap_or(own);
            let what = (ROUTING, "VirtualService", Some(namespace));
            names.name(&delegate["name"], Relation::Delegate, what);
        }
    } else if object.is(SECURITY, "AuthorizationPolicy") {
        for rule in list(&spec["rules"]) {
            for source in list(&rule["from"]) {
                let source = &source["source"];
                for principal in
                    list(&source["principals"]).iter().chain(list(&source["notPrincipals"]))
                {
                    self::principal(names, principal);
                }
                for namespace in
                    list(&source["namespaces"]).iter().chain(list(&source["notNamespaces"]))
                {
                    calling_namespace(names, namespace);
                }
            }
            for condition in list(&rule["when"]) {
                for value in list(&condition["values"]).iter().chain(list(&condition["notValues"]))
                {
                    match text(&condition["key"]) {
                        Some("source.principal") => principal(names, value),
                        Some("source.namespace") => calling_namespace(names, value),
                        _ => {}
                    }
                }
            }
        }
    }
}

fn principal<'a>(names: &mut Names<'_, 'a>, value: &'a Value) {
    let exact = text(value).filter(|principal| !principal.contains('*'));
    let parts = exact.and_then(|principal| principal.strip_prefix(TRUST)?.split_once("/sa/"));
    if let Some((namespace, name)) = parts {
        let target = Identity::new("", "ServiceAccount", Some(namespace), name);
        names.to(value, Relation::Principal, target, None);
    }
}

fn calling_namespace<'a>(names: &mut Names<'_, 'a>, value: &'a Value) {
    if let Some(name) = text(value).filter(|name| !name.contains('*')) {
        let target = Identity::new("", "Namespace", None, name);
        names.to(value, Relation::CallingNamespace, target, None);
    }
}
