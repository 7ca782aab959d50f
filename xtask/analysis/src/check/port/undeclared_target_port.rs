//! Ports of Services that lead to a number.

use crate::check::{At, Family, Findings, Rule, Severity};

use super::{declared, declares_all, leads_to, ports, protocol};
use crate::graph::{Graph, target_port};
use crate::objects::{Pod, Value};

pub(in crate::check) static RULE: Rule = Rule {
    name: "undeclared-target-port",
    family: Family::Port,
    severity: Severity::Warning,
    summary: "A Service leads to a port that no container of its pods declares",
    consequence: "nothing listens there, unless a container does so without saying: connections are refused",
    explanation: "Pods are looked at whose every container declares ports, and of which no port of the Service leads \
                  to a declared one: a Service that finds some of them may well know of another that is not declared. \
                  Ports of the sidecar of Istio (15000 to 15099) and pods with a container that is left to injection \
                  are passed over.",
    remedy: "correct `targetPort`, or declare the port at the container that listens",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for service in graph.objects().of_kind("", "Service").filter(|service| service.is_written()) {
        for port in ports(service) {
            let target = target_port(port);
            let Some(number) = target.as_u64().filter(|number| !(15_000..15_100).contains(number))
            else {
                continue;
            };
            let lacks = |pod: &&Pod<'_>| {
                let is_led_to =
                    |declared: &Value| ports(service).iter().any(|port| leads_to(port, declared));
                declares_all(pod) && !declared(pod).any(is_led_to)
            };
            let Some(pod) = graph.staying(service).find(lacks) else { continue };
            let known: Vec<String> = declared(pod)
                .map(|declared| format!("{}/{}", declared["containerPort"], protocol(declared)))
                .collect();
            let message = format!(
                "{} declares no port {number}/{}, but {}",
                pod.owner.identity,
                protocol(port),
                known.join(", ")
            );
            findings.add(service, At::Value(target), message).side(
                "its containers are here",
                pod.owner,
                At::Value(&pod.spec["containers"]),
            );
        }
    }
}
