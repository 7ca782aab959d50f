//! Certificates of two Gateways.

use super::conflicting_gateway_server::share_pods;
use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use crate::graph::{Graph, mesh};
use crate::objects::{Object, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "shared-certificate",
    family: Family::Mesh,
    severity: Severity::Warning,
    summary: "Two Istio Gateways serve different hosts with one certificate at one port",
    consequence: "a browser that knows one host reuses its connection for the other, and gets 404",
    explanation: "A browser with HTTP/2 asks for a second host over the connection to the first, where the certificate \
                  is for both; but the connection belongs to the Gateway of the first host, which has no route for the \
                  second. Gateways count as of the same pods where the labels of one selector are among those of the other.",
    remedy: "put the hosts into one server of one Gateway, or give each Gateway a certificate of its own",
    upstream: "https://istio.io/latest/docs/ops/common-problems/network-issues/#404-errors-occur-when-multiple-gateways-configured-with-same-tls-certificate",
    check,
};

/// Port and certificate.
type Key<'a> = (String, &'a str);

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut known: HashMap<Key<'_>, Vec<(&Object, &Value, &Value)>> = HashMap::new();
    for gateway in graph.objects().of_kind(mesh::ROUTING, "Gateway") {
        let spec = &gateway.json["spec"];
        for server in list(&spec["servers"]) {
            let field = &server["tls"]["credentialName"];
            let Some(name) = text(field) else { continue };
            let others = known.entry((server["port"]["number"].to_string(), name)).or_default();
            let sharing = others.iter().find(|(other, _, _)| share_pods(other, gateway)).copied();
            let Some((first, earlier, hosts)) = sharing else {
                others.push((gateway, field, &server["hosts"]));
                continue;
            };
            if first.identity != gateway.identity && *hosts != server["hosts"] {
                let message = format!("{} serves other hosts with {name}", first.identity);
                findings.add(gateway, At::Value(field), message).side(
                    "it is here",
                    first,
                    At::Value(earlier),
                );
            }
        }
    }
}
