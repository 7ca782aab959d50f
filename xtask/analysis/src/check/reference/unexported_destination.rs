//! Destinations of `VirtualServices` that the proxies do not see.

use std::collections::HashMap;

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::mesh::routes::{self, SIDECARS};
use crate::graph::mesh::visibility::Audience;
use crate::graph::{Graph, mesh};
use crate::objects::{Object, Pod, Selector, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "unexported-destination",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A VirtualService sends requests to a Service or ServiceEntry that is not exported to the proxies that route so",
    consequence: "requests that match are answered with 503: the proxies have no such cluster",
    explanation: "Exports are the annotation `networking.istio.io/exportTo` of a Service and `exportTo` of a ServiceEntry; of what has \
                  neither, `defaultServiceExportTo` of the mesh, where its configuration is here. The proxies are sidecars of the \
                  namespaces that `exportTo` of the VirtualService names, or of its own where it is for everybody, and the \
                  pods of its gateways. One that routes a host of its own namespace is for those who see the host.",
    remedy: "export the destination to the namespace as well, or the VirtualService only to those that see it",
    upstream: "https://istio.io/latest/docs/reference/config/annotations/#NetworkingExportTo",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let gateways = namespaces_of_gateways(graph);
    for destination in graph.destinations() {
        let (route, field) = (destination.from, &destination.json["host"]);
        let Some(host) = text(field).filter(|host| !host.contains('*')) else { continue };
        let full = mesh::full(host, route.namespace());
        let owners = graph.owners_of_host(&full);
        let Some(owner) = owners.first() else { continue };
        let is_own = || {
            let hosts = list(&route.json["spec"]["hosts"]).iter().filter_map(text);
            owner.namespace() == route.namespace()
                && hosts.map(|own| mesh::full(own, route.namespace())).any(|own| own == full)
        };
        let sees = |namespace: &str| {
            owners.iter().any(|it| graph.audience(it).has(namespace))
                || graph.entry(&full, namespace).is_some()
        };
        let blind = proxies(graph, &gateways, route).into_iter().find(|namespace| !sees(namespace));
        let Some(namespace) = blind.filter(|_| !is_own()) else { continue };
        let message = format!(
            "proxies in {namespace} do not see {}, which is exported to {}",
            owner.identity,
            readers(&graph.audience(owner))
        );
        let json = &owner.json;
        let fields = [
            &json["metadata"]["annotations"]["networking.istio.io/exportTo"],
            &json["spec"]["exportTo"],
        ];
        let exported = fields.into_iter().find(|field| !field.is_null());
        findings.add(route, At::Value(field), message).side(
            "it is here",
            owner,
            exported.map_or(At::Object, At::Value),
        );
    }
}

/// The namespaces of the pods of each Gateway, by the name by which routes know it.
fn namespaces_of_gateways<'g>(graph: &'g Graph<'_>) -> HashMap<String, Vec<&'g str>> {
    let gateways = graph.objects().of_kind(mesh::ROUTING, "Gateway");
    let of_gateway = |gateway: &'g Object| {
        let selector = Selector::of_labels(&gateway.json["spec"]["selector"]);
        let pods = graph.pods.iter().filter(|pod| pod.is_selected_by(&selector));
        let mut namespaces: Vec<&str> = pods.map(Pod::namespace).collect();
        namespaces.dedup();
        (format!("{}/{}", gateway.namespace(), gateway.name()), namespaces)
    };
    gateways.map(of_gateway).collect()
}

/// The namespaces of proxies that surely route by a `VirtualService`.
fn proxies<'g>(
    graph: &'g Graph<'_>,
    gateways: &HashMap<String, Vec<&'g str>>,
    route: &'g Object,
) -> Vec<&'g str> {
    let mut namespaces = Vec::new();
    for gateway in routes::gateways(route) {
        if gateway == SIDECARS {
            match graph.audience(route) {
                Audience::Everybody => namespaces.push(route.namespace()),
                Audience::Namespaces(names) => {
                    namespaces.extend(names.into_iter().filter(|name| *name != "~"));
                }
            }
        } else {
            namespaces.extend(gateways.get(&gateway).into_iter().flatten());
        }
    }
    namespaces
}

/// Who sees something, in words.
fn readers(audience: &Audience<'_>) -> String {
    match audience {
        Audience::Everybody => "everybody".to_owned(),
        Audience::Namespaces(names) => {
            let names: Vec<&str> = names.iter().copied().filter(|name| *name != "~").collect();
            if names.is_empty() {
                "nobody".to_owned()
            } else {
                format!("{} alone", names.join(", "))
            }
        }
    }
}
