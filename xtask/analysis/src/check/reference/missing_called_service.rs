//! Services that texts name.

use crate::check::{At, Family, Findings, Rule, Severity, hint};
use crate::graph::{Call, Graph};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-called-service",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A text names a Service that is not there",
    consequence: "the name does not resolve: each call fails",
    explanation: "Names that are spelled out (`order.shop.svc`, also with `.cluster.local`) are looked at in \
                  variables, arguments, ConfigMaps and values of charts; and a URL with a host of one label that is \
                  the whole variable. Templates, wildcards and lines of comment are passed over. Services are told \
                  missing in namespaces of which workloads or Services are here; elsewhere another folder may have \
                  them. In files, a name is only told that is nearly right, or that a Service of another namespace \
                  has.",
    remedy: "correct name or namespace of the Service",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for call in graph.calls() {
        let Call { from, field, service, .. } = &call;
        if graph.objects().get(service).is_some() || !graph.is_missing(service) {
            continue;
        }
        let namespace = service.namespace.as_deref().unwrap_or_default();
        let hint =
            hint(&service.name, graph.services_in(namespace).iter().map(|other| other.name()));
        let mut others = graph.objects().of_kind("", "Service");
        let elsewhere = others.find(|other| other.name() == service.name);
        // Files need not be all that a namespace has.
        if graph.is_whole() || !hint.is_empty() || elsewhere.is_some() {
            let added =
                findings.add(from, At::Value(field), format!("{service} is not there{hint}"));
            if let Some(other) = elsewhere {
                added.side("one of this name is in another namespace", other, At::Object);
            }
        }
    }
}
