//! Egress gateways that nothing is sent to.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashSet;

use crate::graph::mesh::routes::{self, SIDECARS};
use crate::graph::{Graph, mesh};
use crate::objects::{Object, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "idle-egress-gateway",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "A gateway has a route to a host outside, and no route of sidecars leads to the gateway",
    consequence: "calls go straight to the host, past the gateway and whatever it checks or logs",
    explanation: "A host of a ServiceEntry outside of the mesh that a VirtualService routes at a gateway needs a second \
                  route: at the sidecars (`mesh`), for the same host, with the Service of the gateway as its destination. \
                  One for another destination than the host itself is counted as such.",
    remedy: "add `mesh` to the gateways, with a match for it that leads to the Service of the gateway",
    upstream: "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let routes = || graph.objects().of_kind(mesh::ROUTING, "VirtualService");
    let mut sent: HashSet<&str> = HashSet::new();
    for route in routes() {
        if routes::gateways(route).iter().any(|gateway| gateway == SIDECARS) {
            let hosts = || list(&route.json["spec"]["hosts"]).iter().filter_map(text);
            let leads_elsewhere = destinations(route).any(|to| !hosts().any(|host| host == to));
            sent.extend(hosts().filter(|_| leads_elsewhere));
        }
    }
    let wildcards: Vec<&str> = sent.iter().copied().filter(|host| host.contains('*')).collect();
    for route in routes() {
        if routes::gateways(route).iter().all(|gateway| gateway == SIDECARS) {
            continue;
        }
        for field in list(&route.json["spec"]["hosts"]) {
            let Some(host) = text(field).filter(|host| !host.contains('*')) else { continue };
            let Some(entry) = graph.entry(host, route.namespace()) else { continue };
            let location = text(&entry.json["spec"]["location"]).unwrap_or("MESH_EXTERNAL");
            let leads_out = destinations(route).any(|to| to == host);
            let is_sent =
                sent.contains(host) || wildcards.iter().any(|sent| mesh::overlap(sent, host));
            if location == "MESH_EXTERNAL" && leads_out && !is_sent {
                let message = format!("no route of sidecars sends {host} to the gateway");
                findings.add(route, At::Value(field), message).side(
                    "the host is outside by this",
                    entry,
                    At::Object,
                );
            }
        }
    }
}

/// The hosts that a route leads to.
fn destinations(route: &Object) -> impl Iterator<Item = &str> {
    routes::rules(route)
        .flat_map(|rule| list(&rule["route"]))
        .filter_map(|to| text(&to["destination"]["host"]))
}
