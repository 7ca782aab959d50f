//! Ports of Istio Gateways that no Service leads to.

use std::collections::HashMap;

use super::ports;
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::{Graph, mesh, target_port};
use crate::objects::{Object, Selector, list};

pub(in crate::check) static RULE: Rule = Rule {
    name: "gateway-port-without-service-port",
    family: Family::Port,
    severity: Severity::Warning,
    summary: "An Istio Gateway opens a port that no Service of its proxies has",
    consequence: "the proxy listens, and no request from outside its pod gets there",
    explanation: "Services that select by the labels of the Gateway, or that select pods which the Gateway selects, \
                  are looked at. Their port counts as well as the port that it leads to.",
    remedy: "add the port to the Service of the proxies, or correct the number",
    upstream: "https://istio.io/latest/docs/reference/config/networking/gateway/#Port",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let all: Vec<&Object> = graph.objects().of_kind("", "Service").collect();
    // Many Gateways share one proxy.
    let mut of_selector: HashMap<String, Vec<&Object>> = HashMap::new();
    for gateway in graph.objects().of_kind(mesh::ROUTING, "Gateway") {
        let spec = &gateway.json["spec"];
        let selector = Selector::of_labels(&spec["selector"]);
        if selector.is_empty() {
            continue;
        }
        let services = of_selector.entry(spec["selector"].to_string()).or_insert_with(|| {
            let leads_to_proxies = |service: &&Object| {
                selector.selects(&service.json["spec"]["selector"])
                    || graph.behind(service).any(|pod| pod.is_selected_by(&selector))
            };
            all.iter().copied().filter(leads_to_proxies).collect()
        });
        let sees_all = |service: &&Object| graph.sees_all_services(service.namespace());
        if !services.iter().all(sees_all) {
            continue;
        }
        let Some(service) = services.first() else { continue };
        for server in list(&spec["servers"]) {
            let number = &server["port"]["number"];
            let has = |service: &Object| {
                ports(service)
                    .iter()
                    .any(|port| port["port"] == *number || *target_port(port) == *number)
            };
            // Named targets are ports that cannot be compared.
            let is_named =
                |service: &Object| ports(service).iter().any(|port| target_port(port).is_string());
            if number.is_u64() && !services.iter().any(|service| has(service) || is_named(service))
            {
                let message = format!("{} has no port {number}", service.identity);
                findings.add(gateway, At::Value(number), message).side(
                    "its ports are here",
                    service,
                    At::Value(&service.json["spec"]["ports"]),
                );
            }
        }
    }
}
