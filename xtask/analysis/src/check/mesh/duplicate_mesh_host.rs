//! Hosts that two `VirtualServices` route at the sidecars.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use crate::graph::mesh::routes::{self, SIDECARS};
use crate::graph::mesh::visibility::Audience;
use crate::graph::{Graph, mesh};
use crate::objects::{Object, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "duplicate-mesh-host",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "Two VirtualServices route one host at the sidecars",
    consequence: "sidecars use the older one and ignore the other, without a word in either",
    explanation: "At gateways the routes of several VirtualServices are put together; at sidecars they are not. \
                  VirtualServices count as two of one host where some namespace sees both as openly: both are for \
                  everybody, or both name the namespace in `exportTo`. What is exported to fewer goes before what is \
                  for everybody, and is no mistake.",
    remedy: "put the routes into one VirtualService, or export each to namespaces of its own",
    upstream: "https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut known: HashMap<String, Vec<(&Object, &Value, Audience<'_>)>> = HashMap::new();
    for route in graph.objects().of_kind(mesh::ROUTING, "VirtualService") {
        if !routes::gateways(route).iter().any(|gateway| gateway == SIDECARS) {
            continue;
        }
        let audience = graph.audience(route);
        for host in list(&route.json["spec"]["hosts"]) {
            let Some(name) = text(host) else { continue };
            let full = mesh::full(name, route.namespace()).into_owned();
            let others = known.entry(full).or_default();
            let equal = others.iter().find(|(other, _, theirs)| {
                other.identity != route.identity && audience.is_of_equals(theirs)
            });
            if let Some((other, place, _)) = equal {
                let message = format!("{} routes {name} at the sidecars, too", other.identity);
                findings.add(route, At::Value(host), message).side(
                    "it is here",
                    other,
                    At::Value(place),
                );
            } else {
                others.push((route, host, audience.clone()));
            }
        }
    }
}
