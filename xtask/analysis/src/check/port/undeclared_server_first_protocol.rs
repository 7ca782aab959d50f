//! Ports of protocols in which the server speaks first.

use super::{is_in_mesh, ports};
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::text;

pub(in crate::check) static RULE: Rule = Rule {
    name: "undeclared-server-first-protocol",
    family: Family::Port,
    severity: Severity::Warning,
    summary: "A port whose protocol lets the server speak first does not say that it is TCP",
    consequence: "the mesh waits for the first bytes of the client to tell the protocol: each connection hangs until the wait ends",
    explanation: "MySQL (3306), MongoDB (27017), SMTP (25, 465, 587) and FTP (21) are looked at, in namespaces that \
                  are in the mesh by their labels. A name that begins with `tcp`, `tls`, `mysql` or `mongo`, or such \
                  an `appProtocol`, says it.",
    remedy: "name the port `tcp-…`, or set `appProtocol: tcp`",
    upstream: "https://istio.io/latest/docs/ops/deployment/application-requirements/#server-first-protocols",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for service in graph.objects().of_kind("", "Service").filter(|service| service.is_written()) {
        if !is_in_mesh(graph, service.namespace()) {
            continue;
        }
        for port in ports(service) {
            let number = port["port"].as_u64().unwrap_or_default();
            let name = text(&port["name"]).unwrap_or_default();
            let says =
                text(&port["appProtocol"]).unwrap_or(name.split('-').next().unwrap_or_default());
            if [21, 25, 465, 587, 3306, 27_017].contains(&number)
                && !SAYING.contains(&says.to_ascii_lowercase().as_str())
            {
                let message = format!("the port {number} does not say its protocol");
                findings.add(service, At::Value(port), message);
            }
        }
    }
}

/// What Istio takes for a protocol that it knows: it does not look at the bytes then.
const SAYING: &[&str] =
    &["grpc", "http", "http2", "https", "mongo", "mysql", "redis", "tcp", "tls", "udp"];
