//! Destinations of `VirtualServices`.

use crate::check::{At, Family, Findings, Rule, Severity, hint};
use crate::graph::mesh::Host;
use crate::graph::{Graph, mesh};
use crate::objects::text;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-destination",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A VirtualService sends requests to a host that is neither a Service nor a ServiceEntry",
    consequence: "requests that match are answered with 503: there is no such cluster",
    explanation: "A host is a Service, by its name alone beside the object or by its full name, or a host of a \
                  ServiceEntry. Services are told missing in namespaces of which workloads or Services are here, other \
                  hosts where a ServiceEntry is.",
    remedy: "correct the host: a full name ends in `.svc.cluster.local`",
    upstream: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for destination in graph.destinations() {
        let (from, field) = (destination.from, &destination.json["host"]);
        let Some(host) = text(field) else { continue };
        let is_hidden = || !graph.owners_of_host(&mesh::full(host, from.namespace())).is_empty();
        // What is there and not exported is told by a rule of its own.
        if matches!(graph.host(host, from.namespace()), Host::Missing) && !is_hidden() {
            let others = graph.services_in(from.namespace()).iter().map(|service| service.name());
            let hint = hint(host, others);
            let message = format!("no Service and no ServiceEntry has the host {host}{hint}");
            findings.add(from, At::Value(field), message);
        }
    }
}
