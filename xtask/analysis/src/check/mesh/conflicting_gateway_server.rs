//! Servers of gateways that take each other's port.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use crate::graph::{Graph, mesh};
use crate::objects::{Object, Value, list, text, texts};

pub(in crate::check) static RULE: Rule = Rule {
    name: "conflicting-gateway-server",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "Two servers of Istio Gateways want one port of the same pods, and one of them gets it",
    consequence: "the gateway passes the newer server over: its certificate is not served and its routes get nothing",
    explanation: "Several servers of one port are put together where all are plain HTTP, whatever their hosts, or all \
                  have TLS and no host stands twice. Two of TCP cannot be told apart, and neither can TCP and HTTP, \
                  or HTTP and HTTPS. Gateways count as of the same pods where the labels of one selector are among \
                  those of the other.",
    remedy: "take another port or other hosts, or put the servers into one Gateway",
    upstream: "https://istio.io/latest/docs/ops/common-problems/network-issues/#404-errors-occur-when-multiple-gateways-configured-with-same-tls-certificate",
    check,
};

/// How servers of a port are told apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    Http,
    Tls,
    Tcp,
}

#[derive(Clone, Copy)]
struct Server<'a> {
    gateway: &'a Object,
    json: &'a Value,
    layer: Layer,
}

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut of_port: HashMap<(u64, &str), Vec<Server<'_>>> = HashMap::new();
    let mut of_host: HashMap<(u64, &str, &str), Vec<Server<'_>>> = HashMap::new();
    for gateway in graph.objects().of_kind(mesh::ROUTING, "Gateway") {
        for json in list(&gateway.json["spec"]["servers"]) {
            let port = &json["port"];
            let Some(number) = port["number"].as_u64() else { continue };
            let server = Server { gateway, json, layer: layer(port) };
            let bind = text(&json["bind"]).unwrap_or_default();
            // One of each layer is enough for those that come.
            let firsts = of_port.entry((number, bind)).or_default();
            let mut sharing = firsts.iter().filter(|first| share_pods(first.gateway, gateway));
            let conflict = sharing
                .find(|first| first.layer != server.layer || server.layer == Layer::Tcp)
                .copied();
            if !firsts
                .iter()
                .any(|first| first.layer == server.layer && has_selector_of(first.gateway, gateway))
            {
                firsts.push(server);
            }
            if let Some(first) = conflict {
                let protocol = text(&first.json["port"]["protocol"]).unwrap_or_default();
                let own = text(&port["protocol"]).unwrap_or_default();
                let message =
                    format!("port {number} is one of {protocol} already, and not of {own}");
                tell(findings, server, At::Value(port), message, first);
                continue;
            }
            if server.layer == Layer::Tls {
                for field in list(&json["hosts"]) {
                    let Some(host) = text(field) else { continue };
                    let host = host.split_once('/').map_or(host, |(_, host)| host);
                    let others = of_host.entry((number, bind, host)).or_default();
                    let same = others.iter().find(|other| share_pods(other.gateway, gateway));
                    if let Some(&other) = same {
                        let message = format!("{host} is served at port {number} already");
                        tell(findings, server, At::Value(field), message, other);
                    } else {
                        others.push(server);
                    }
                }
            }
        }
    }
}

fn tell(
    findings: &mut Findings<'_>,
    server: Server<'_>,
    at: At<'_>,
    message: String,
    other: Server<'_>,
) {
    let added = findings.add(server.gateway, at, message);
    added.side("the other server is here", other.gateway, At::Value(other.json));
}

fn layer(port: &Value) -> Layer {
    match text(&port["protocol"]).unwrap_or_default().to_ascii_uppercase().as_str() {
        "HTTP" | "HTTP2" | "GRPC" | "GRPC-WEB" => Layer::Http,
        "HTTPS" | "TLS" => Layer::Tls,
        _ => Layer::Tcp,
    }
}

fn has_selector_of(one: &Object, other: &Object) -> bool {
    one.json["spec"]["selector"] == other.json["spec"]["selector"]
}

/// Whether all labels of one selector are among those of the other.
pub(super) fn share_pods(one: &Object, other: &Object) -> bool {
    let [one, other] = [one, other].map(|gateway| &gateway.json["spec"]["selector"]);
    let is_in = |small: &Value, large: &Value| {
        texts(small).all(|(key, value)| text(&large[key]) == Some(value))
    };
    is_in(one, other) || is_in(other, one)
}
