//! Routes of a layer that a gateway does not read.

use crate::check::{At, Family, Findings, Rule, Severity};

use crate::graph::{Graph, Relation, mesh};
use crate::objects::{Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "unread-gateway-route",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "A VirtualService routes requests at a server that passes TLS on, or by the name in TLS at one that ends it",
    consequence: "the gateway has no route for the host, and closes the connection or answers with 404",
    explanation: "A server with the mode `PASSTHROUGH`, which is the one where none is said, sees the name of the host and no \
                  request: it needs rules of `tls`. A server of HTTP or HTTPS with another mode reads requests: it \
                  needs rules of `http`. Told where all servers of the host are of the other kind.",
    remedy: "write the route as `tls` with `sniHosts` where TLS is passed on, and as `http` where the gateway ends it",
    upstream: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#TLSRoute",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for reference in graph.named_by(Relation::MeshGateway) {
        let Some(gateway) = graph.objects().get(&reference.target) else { continue };
        let route = reference.from;
        let spec = &route.json["spec"];
        let hosts: Vec<&str> = list(&spec["hosts"]).iter().filter_map(text).collect();
        let is_of_host = |server: &&Value| {
            list(&server["hosts"]).iter().filter_map(text).any(|own| {
                let own = own.split_once('/').map_or(own, |(_, own)| own);
                hosts.iter().any(|host| mesh::overlap(own, &mesh::full(host, route.namespace())))
            })
        };
        let servers: Vec<&Value> =
            list(&gateway.json["spec"]["servers"]).iter().filter(is_of_host).collect();
        let has = |layer: &str| !list(&spec[layer]).is_empty();
        let (field, message) = if has("http")
            && !has("tls")
            && !has("tcp")
            && servers.iter().all(|server| passes_on(server))
        {
            (&spec["http"], "passes TLS on without reading requests")
        } else if has("tls")
            && !has("http")
            && !has("tcp")
            && servers.iter().all(|server| reads_requests(server))
        {
            (&spec["tls"], "ends TLS and reads requests")
        } else {
            continue;
        };
        if let Some(server) = servers.first() {
            let message = format!("{} {message}", gateway.identity);
            findings.add(route, At::Value(field), message).side(
                "the server is here",
                gateway,
                At::Value(server),
            );
        }
    }
}

fn passes_on(server: &Value) -> bool {
    let is_secure = text(&server["port"]["protocol"])
        .is_some_and(|protocol| ["HTTPS", "TLS"].contains(&protocol.to_ascii_uppercase().as_str()));
    let mode = text(&server["tls"]["mode"]).unwrap_or("PASSTHROUGH");
    is_secure && server["tls"].is_object() && mode.ends_with("PASSTHROUGH")
}

fn reads_requests(server: &Value) -> bool {
    let protocol = text(&server["port"]["protocol"]).unwrap_or_default().to_ascii_uppercase();
    let is_http = ["HTTP", "HTTP2", "GRPC", "HTTPS"].contains(&protocol.as_str());
    is_http && !passes_on(server)
}
