//! Gateways that may not reach what they lead to.

use std::collections::{HashMap, HashSet};

use super::{Needed, all_refused, tell};
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::graph::network::{Callee, End, Leg};
use crate::objects::{Object, Pod, Value, list};

pub(in crate::check) static RULE: Rule = Rule {
    name: "refused-gateway",
    family: Family::Network,
    severity: Severity::Error,
    summary: "A gateway leads to pods that do not let it in",
    consequence: "users get 502, 503 or 504, or `RBAC: access denied`, for everything behind this route",
    explanation: "Ingresses, routes of the Gateway API, and `VirtualServices` of Istio's gateways are followed to the ports of pods. The pods of a gateway are \
                  known where they are here: written, made of a `Gateway` by a known controller, or those of Istio's own \
                  chart. Whose pods are not known, such as those of an Ingress controller, is only told where pods let in \
                  nobody at all at the port.",
    remedy: "let the pods of the gateway in at the port of the pod",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut told = HashSet::new();
    for ingress in graph.objects().of_kind("networking.k8s.io", "Ingress") {
        let legs = graph.legs_of_ingress(ingress, None, None);
        look(graph, findings, &mut told, ingress, &[End::Somebody], &legs);
    }
    for gateway in graph.objects().of_kind("gateway.networking.k8s.io", "Gateway") {
        let pods = graph.pods_of_gateway(gateway);
        let legs = graph.legs_of_routes(gateway, None, None);
        look(graph, findings, &mut told, gateway, &ends(&pods), &legs);
    }
    let mut known: HashMap<String, Vec<&Pod<'_>>> = HashMap::new();
    for gateway in graph.objects().of_kind("networking.istio.io", "Gateway") {
        let selector = &gateway.json["spec"]["selector"];
        let pods =
            known.entry(selector.to_string()).or_insert_with(|| graph.selected_anywhere(selector));
        for server in list(&gateway.json["spec"]["servers"]) {
            let legs = graph.legs_of_gateway(gateway, server, None, None);
            look(graph, findings, &mut told, gateway, &ends(pods), &legs);
        }
    }
}

fn ends<'e, 'a>(pods: &[&'e Pod<'a>]) -> Vec<End<'e, 'a>> {
    match pods {
        [] => vec![End::Somebody],
        pods => pods.iter().map(|pod| End::Pod(pod)).collect(),
    }
}

fn look<'a>(
    graph: &Graph<'a>,
    findings: &mut Findings<'_>,
    told: &mut HashSet<*const Value>,
    gateway: &Object,
    from: &[End<'_, 'a>],
    legs: &[Leg<'a>],
) {
    for leg in legs {
        let (Some((route, _)), Some(destination)) = (leg.route, leg.destination) else { continue };
        let (Callee::Service(service), Some(number)) = (&leg.callee, leg.port) else { continue };
        let hops = graph.hops(service, Some(number));
        let ends: Vec<_> = hops.iter().map(|hop| (hop.end(), hop.port)).collect();
        let Some((connection, to, port)) = all_refused(graph, from, &ends) else { continue };
        // Several servers may have the route.
        if told.insert(std::ptr::from_ref(destination)) {
            let who = match from.first() {
                Some(End::Pod(pod)) => pod.owner.identity.to_string(),
                _ => format!("whoever serves {}", gateway.identity),
            };
            let what = format!("{} at {number}", service.identity);
            let at = At::Value(destination);
            tell(findings, &Needed { from: route, at, who, what, to, port }, &connection);
        }
    }
}
