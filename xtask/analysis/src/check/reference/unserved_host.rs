//! Hosts of `VirtualServices` at gateways.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::{Graph, Relation, mesh};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "unserved-host",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A VirtualService has hosts of which none is served by its Gateway",
    consequence: "the gateway answers with 404: it gets no route from here",
    explanation: "A server of a Gateway may have wildcards, and a namespace before a slash from which it takes routes. \
                  Of several Gateways each is looked at, where it is here.",
    remedy: "add the host to a server of the Gateway, or correct it",
    upstream: "https://istio.io/latest/docs/reference/config/networking/gateway/#Server",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for reference in graph.named_by(Relation::MeshGateway) {
        let Some(gateway) = graph.objects().get(&reference.target) else { continue };
        let from = reference.from;
        let spec = &gateway.json["spec"];
        let served: Vec<&str> = list(&spec["servers"])
            .iter()
            .flat_map(|server| list(&server["hosts"]))
            .filter_map(text)
            .filter_map(|host| match host.split_once('/') {
                Some((".", host)) => (gateway.namespace() == from.namespace()).then_some(host),
                Some(("*", host)) => Some(host),
                Some((namespace, host)) => (namespace == from.namespace()).then_some(host),
                None => Some(host),
            })
            .collect();
        let hosts = &from.json["spec"]["hosts"];
        let names = || list(hosts).iter().filter_map(text);
        let full = |host| mesh::full(host, from.namespace());
        if names().next().is_none()
            || names().any(|host| {
                served.iter().any(|own| mesh::overlap(own, &full(host)) || *own == host)
            })
        {
            continue;
        }
        let asked = names().collect::<Vec<_>>().join(", ");
        let message = format!("{} serves none of the hosts: {asked}", gateway.identity);
        findings.add(from, At::Value(hosts), message).side(
            "its servers are here",
            gateway,
            At::Value(&spec["servers"]),
        );
    }
}
