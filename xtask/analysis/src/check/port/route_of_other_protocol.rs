//! Routes that the protocol of a port does not have.

use crate::check::{At, Family, Findings, Rule, Severity};

use super::ports;
use crate::graph::Graph;
use crate::graph::mesh::{self, Host};
use crate::objects::{Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "route-of-other-protocol",
    family: Family::Port,
    severity: Severity::Error,
    summary: "A VirtualService routes requests at a port that the mesh takes for something else",
    consequence: "the route is never used: connections go to the Service as if it were not there",
    explanation: "Rules of `http` need a port whose protocol is HTTP or gRPC, or not said. The name of the port, or \
                  its `appProtocol`, says the protocol. Routes at the sidecars (`mesh`) for the host of the same \
                  Service are looked at, where all of its ports say that they are TCP or TLS.",
    remedy: "name the port `http-…` or set `appProtocol: http`; or route by `tcp`",
    upstream: "https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for route in graph.objects().of_kind(mesh::ROUTING, "VirtualService") {
        let spec = &route.json["spec"];
        let gateways = list(&spec["gateways"]);
        let is_at_sidecars =
            gateways.is_empty() || gateways.iter().any(|gateway| text(gateway) == Some("mesh"));
        if !is_at_sidecars || list(&spec["http"]).is_empty() {
            continue;
        }
        for field in list(&spec["hosts"]) {
            let host = text(field).map(|host| graph.host(host, route.namespace()));
            let Some(Host::Service(service)) = host else { continue };
            let ports = ports(service);
            if !ports.is_empty() && ports.iter().all(is_opaque) {
                let message = format!("no port of {} is one of HTTP", service.identity);
                findings.add(route, At::Value(&spec["http"]), message).side(
                    "its ports are here",
                    service,
                    At::Value(&service.json["spec"]["ports"]),
                );
            }
        }
    }
}

/// Whether the mesh does not read requests at a port.
fn is_opaque(port: &Value) -> bool {
    let name = text(&port["name"]).unwrap_or_default();
    let says = text(&port["appProtocol"]).unwrap_or(name.split('-').next().unwrap_or_default());
    ["tcp", "tls", "https", "mysql", "mongo", "redis", "udp"]
        .contains(&says.to_ascii_lowercase().as_str())
}
