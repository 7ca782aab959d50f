//! Services that say different protocols of one port of a pod.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use crate::graph::mesh::membership::Proxy;
use crate::graph::{Graph, target_port};
use crate::objects::{Object, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "contradicting-service-protocols",
    family: Family::Mesh,
    severity: Severity::Warning,
    summary: "Two Services say different protocols of one port of the same pods",
    consequence: "the sidecar takes the protocol of one of them: requests are not read, or bytes that are none are refused",
    explanation: "A sidecar has one listener for a port of its pod, whatever the number of Services that lead there. The name of \
                  a port, or its `appProtocol`, says the protocol: HTTP and gRPC are read, others are not. Ports that say \
                  nothing are passed over, and so are pods of which it is not known that they have a sidecar.",
    remedy: "name the ports of both Services by the same protocol",
    upstream: "https://istio.io/latest/docs/ops/deployment/application-requirements/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut known: HashMap<(*const Value, u64), (&Object, &Value)> = HashMap::new();
    for service in graph.objects().of_kind("", "Service") {
        for port in list(&service.json["spec"]["ports"]) {
            let Some(reads) = reads_requests(port) else { continue };
            let contradiction = graph.staying(service).find_map(|pod| {
                let own = pod
                    .port_number(target_port(port))
                    .filter(|_| graph.proxy(pod) == Proxy::Sidecar)?;
                let key = (std::ptr::from_ref(pod.spec), own);
                let (first, earlier) = *known.entry(key).or_insert((service, port));
                (reads_requests(earlier) != Some(reads)).then_some((first, earlier, own, pod))
            });
            if let Some((first, earlier, own, pod)) = contradiction {
                let message =
                    format!("port {own} of the pods is another protocol in {}", first.identity);
                let added = findings.add(service, At::Value(port), message);
                let added = added.side("it is here", first, At::Value(earlier));
                added.side("the pods are here", pod.owner, At::Object);
            }
        }
    }
}

/// Whether a port says that the sidecar reads its requests; none where it says nothing, or is not one of TCP.
fn reads_requests(port: &Value) -> Option<bool> {
    if ["UDP", "SCTP"].contains(&text(&port["protocol"]).unwrap_or("TCP")) {
        return None;
    }
    let name = text(&port["name"]).unwrap_or_default();
    let says = text(&port["appProtocol"]).unwrap_or(name.split('-').next().unwrap_or_default());
    match says.to_ascii_lowercase().as_str() {
        "http" | "http2" | "grpc" => Some(true),
        "tcp" | "tls" | "https" | "mongo" | "mysql" | "redis" => Some(false),
        _ => None,
    }
}
