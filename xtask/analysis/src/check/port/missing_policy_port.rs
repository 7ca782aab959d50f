//! Ports that network policies name.

use super::{declared, declares_all};
use crate::check::{At, Family, Findings, Rule, Severity, hint};
use crate::graph::Graph;
use crate::objects::{Pod, Selector, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-policy-port",
    family: Family::Port,
    severity: Severity::Error,
    summary: "A NetworkPolicy names a port that none of its pods has",
    consequence: "the rule lets nothing in: connections that it was meant for are dropped",
    explanation: "Names of ports that a policy lets in are looked at, where it selects pods that are here and that \
                  each declare their ports.",
    remedy: "correct the name, or name the number of the container's port",
    upstream: "https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for policy in graph.objects().of_kind("networking.k8s.io", "NetworkPolicy") {
        let spec = &policy.json["spec"];
        let selector = Selector::of(&spec["podSelector"]);
        let ports = list(&spec["ingress"]).iter().flat_map(|rule| list(&rule["ports"]));
        for field in ports.map(|port| &port["port"]) {
            let Some(name) = text(field) else { continue };
            let pods: Vec<&Pod<'_>> = graph.selected(policy.namespace(), selector).collect();
            let names =
                || pods.iter().flat_map(|pod| declared(pod)).filter_map(|port| text(&port["name"]));
            if !graph.sees_all_pods(policy.namespace())
                || pods.is_empty()
                || !pods.iter().all(|pod| declares_all(pod))
                || names().any(|known| known == name)
            {
                continue;
            }
            let hint = hint(name, names());
            let message = format!("none of the pods has a port {name}{hint}");
            findings.add(policy, At::Value(field), message).side(
                "pods are here",
                pods[0].owner,
                At::Value(&pods[0].spec["containers"]),
            );
        }
    }
}
