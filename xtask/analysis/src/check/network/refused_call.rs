//! Calls that policies refuse.

use super::{Needed, all_refused, tell};
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::graph::network::{Callee, End, Leg, Port};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "refused-call",
    family: Family::Network,
    severity: Severity::Error,
    summary: "A workload declares a call that a policy refuses",
    consequence: "each call runs into a timeout (NetworkPolicy), `RBAC: access denied` (AuthorizationPolicy) or a reset connection (mutual TLS)",
    explanation: "Declared is what variables, arguments and the ConfigMaps that a pod reads name in full \
                  (`order.shop.svc:80`), a host of a `ServiceEntry` in a variable, and a host that a `Sidecar` for the pod spells out. The call is followed \
                  through routes of the mesh to the ports of the pods. Asked are the NetworkPolicies of both ends, mutual TLS and AuthorizationPolicies. Told is what is refused \
                  whatever is not here: not where addresses decide (`ipBlock`), where a chart may bring another policy, \
                  or where one of several ways is open.",
    remedy: "let the caller out and in, at the port of the pod",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut told = std::collections::HashSet::new();
    for need in graph.needs() {
        let legs = graph.legs(need.pod, &need.host, need.port, None);
        let Some(ends) = ends(graph, &legs) else { continue };
        let caller = &need.pod.owner.identity;
        let from = End::Pod(need.pod);
        let Some((connection, to, port)) = all_refused(graph, &[from], &ends) else { continue };
        // What several texts name is told once.
        if !told.insert((caller, need.host.clone(), need.port)) {
            continue;
        }
        let what = match need.port {
            Some(port) => format!("{}:{port}", need.host),
            None => need.host.clone(),
        };
        let at = At::Value(need.field);
        let needed = Needed { from: need.from, at, who: caller.to_string(), what, to, port };
        tell(findings, &needed, &connection);
    }
}

/// Where the legs of a call arrive; none where it is not known of one of them.
fn ends<'g, 'a>(graph: &'g Graph<'a>, legs: &[Leg<'a>]) -> Option<Vec<(End<'g, 'a>, Port<'g>)>> {
    let mut ends = Vec::new();
    for leg in legs {
        match &leg.callee {
            Callee::Service(service) => {
                let hops = graph.hops(service, leg.port);
                if hops.is_empty() {
                    return None;
                }
                ends.extend(hops.iter().map(|hop| (hop.end(), hop.port)));
            }
            Callee::Entry(entry, _) => {
                let spec = &entry.json["spec"];
                let is_outside = text(&spec["location"]) != Some("MESH_INTERNAL")
                    && list(&spec["endpoints"]).is_empty()
                    && spec["workloadSelector"].is_null();
                let ports = list(&spec["ports"]).iter().filter_map(|port| port["number"].as_u64());
                let ports: Vec<u64> =
                    ports.filter(|port| leg.port.is_none_or(|own| own == *port)).collect();
                if !is_outside || ports.is_empty() {
                    return None;
                }
                ends.extend(ports.into_iter().map(|port| (End::Address(None), Port::tcp(port))));
            }
            Callee::Unknown(_) | Callee::Missing(_) => return None,
        }
    }
    Some(ends)
}
