//! Ports of Services that lead to a name.

use super::{declared, leads_to, ports};
use crate::check::{At, Family, Findings, Rule, Severity, hint};
use crate::graph::Graph;
use crate::objects::{Pod, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-target-port",
    family: Family::Port,
    severity: Severity::Error,
    summary: "A Service leads to a port by a name that no container of its pods has",
    consequence: "the port has no endpoints: connections to it are refused",
    explanation: "The containers that run as long as the pod does are looked at, sidecars included. Pods with a \
                  container that is left to injection (image `auto`) are passed over.",
    remedy: "name the port of the container so, or lead to it by its number",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for service in graph.objects().of_kind("", "Service").filter(|service| service.is_written()) {
        for port in ports(service) {
            let Some(name) = text(&port["targetPort"]) else { continue };
            let lacks = |pod: &&Pod<'_>| {
                pod.running().all(|container| container.image() != Some("auto"))
                    && !declared(pod).any(|declared| leads_to(port, declared))
            };
            let Some(pod) = graph.staying(service).find(lacks) else { continue };
            let hint = hint(name, declared(pod).filter_map(|declared| text(&declared["name"])));
            let message = format!("no container of {} has a port {name}{hint}", pod.owner.identity);
            findings.add(service, At::Value(&port["targetPort"]), message).side(
                "its containers are here",
                pod.owner,
                At::Value(&pod.spec["containers"]),
            );
        }
    }
}
