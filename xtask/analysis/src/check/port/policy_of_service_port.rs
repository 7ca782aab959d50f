//! Policies that name the port of the Service.

use crate::check::{At, Family, Findings, Rule, Severity};

use super::{declared, declares_all, ports};
use crate::graph::{Graph, mesh, target_port};
use crate::objects::{Object, Pod, Selector, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "policy-of-service-port",
    family: Family::Port,
    severity: Severity::Error,
    summary: "A policy names the port of a Service where that of its pods counts",
    consequence: "the policy is for a port that nobody uses: what it lets in is kept out, and what it keeps out comes in",
    explanation: "Policies see connections where they arrive: at the port of the container, after the Service has led \
                  there. NetworkPolicies (what they let in, and what they let out to pods that are here) and \
                  AuthorizationPolicies are looked at. A number is told that the pods do not declare and a Service of \
                  theirs leads elsewhere.",
    remedy: "name the port of the container, to which the Service leads",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for policy in graph.objects().of_kind("networking.k8s.io", "NetworkPolicy") {
        let spec = &policy.json["spec"];
        let selector = Selector::of(&spec["podSelector"]);
        for rule in list(&spec["ingress"]) {
            for port in list(&rule["ports"]).iter().filter(|port| port["endPort"].is_null()) {
                let number = port["port"].as_u64();
                look(
                    graph,
                    findings,
                    policy,
                    (&port["port"], number),
                    (policy.namespace(), selector),
                );
            }
        }
        for rule in list(&spec["egress"]) {
            let [peer] = list(&rule["to"]) else { continue };
            let own = Some(policy.namespace()).filter(|_| peer["namespaceSelector"].is_null());
            let named =
                text(&peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]);
            let Some(namespace) = own.or(named).filter(|_| peer["podSelector"].is_object()) else {
                continue;
            };
            for port in list(&rule["ports"]).iter().filter(|port| port["endPort"].is_null()) {
                let selector = Selector::of(&peer["podSelector"]);
                look(
                    graph,
                    findings,
                    policy,
                    (&port["port"], port["port"].as_u64()),
                    (namespace, selector),
                );
            }
        }
    }
    for policy in graph.objects().of_kind(mesh::SECURITY, "AuthorizationPolicy") {
        let spec = &policy.json["spec"];
        let selector = Selector::of(&spec["selector"]);
        let to = list(&spec["rules"]).iter().flat_map(|rule| list(&rule["to"]));
        // Without a selector it may be for others; waypoints count the ports of Services.
        for operation in to.filter(|_| !selector.is_empty() && spec["targetRefs"].is_null()) {
            for port in list(&operation["operation"]["ports"]) {
                let number = text(port).and_then(|port| port.parse().ok());
                look(graph, findings, policy, (port, number), (policy.namespace(), selector));
            }
        }
    }
}

/// Tells a number that no selected pod declares, and that is the port of a Service of theirs that leads elsewhere.
fn look(
    graph: &Graph<'_>,
    findings: &mut Findings<'_>,
    policy: &Object,
    (field, number): (&Value, Option<u64>),
    (namespace, selector): (&str, Selector<'_>),
) {
    let Some(number) = number.filter(|_| !selector.is_empty()) else { return };
    let pods: Vec<&Pod<'_>> = graph.selected(namespace, selector).collect();
    let is_declared = |pod: &&Pod<'_>| declared(pod).any(|port| port["containerPort"] == number);
    if pods.is_empty() || !pods.iter().all(|pod| declares_all(pod)) || pods.iter().any(is_declared)
    {
        return;
    }
    for service in graph.services_in(namespace) {
        let port = ports(service).iter().find(|port| port["port"] == number);
        let Some(port) = port.filter(|port| *target_port(port) != number) else { continue };
        let of_service = Selector::of_labels(&service.json["spec"]["selector"]);
        if of_service.is_empty() || !pods.iter().any(|pod| pod.is_selected_by(&of_service)) {
            continue;
        }
        let (service_name, target) = (&service.identity, target_port(port));
        let message = format!("{number} is the port of {service_name}, which leads to {target}");
        findings.add(policy, At::Value(field), message).side(
            "it is here",
            service,
            At::Value(port),
        );
        return;
    }
}
