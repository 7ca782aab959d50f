//! Routes that their Gateway does not let in.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::{Graph, Part, Relation, mesh};
use crate::objects::{Object, Selector, Value, json, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "unadmitted-route",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A route belongs to a Gateway none of whose listeners lets it in",
    consequence: "the route is not accepted, and none of its requests arrive",
    explanation: "A listener lets in routes of its own namespace, unless `allowedRoutes` says more; and only hosts \
                  that it has in common with them. With `sectionName` or `port`, the listeners that these name count. \
                  Namespaces are chosen by labels where the namespace is here.",
    remedy: "let the namespace in by `allowedRoutes` of the listener, or correct the hosts of the route",
    upstream: "https://gateway-api.sigs.k8s.io/api-types/httproute/#attaching-to-gateways",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for reference in graph.named_by(Relation::RouteParent) {
        let Some(gateway) = graph.objects().get(&reference.target) else { continue };
        let listeners = list(&gateway.json["spec"]["listeners"]);
        let mut named =
            listeners.iter().filter(|listener| is_named(reference.part, listener)).peekable();
        if !gateway.is("gateway.networking.k8s.io", "Gateway") || named.peek().is_none() {
            continue;
        }
        if !named.any(|listener| lets_in(graph, gateway, listener, reference.from)) {
            let route = &reference.from.identity;
            let message = format!("no listener of {} lets {route} in", gateway.identity);
            findings.add(reference.from, At::Value(reference.field), message).side(
                "its listeners are here",
                gateway,
                At::Value(&gateway.json["spec"]["listeners"]),
            );
        }
    }
}

fn is_named(part: Option<Part<'_>>, listener: &Value) -> bool {
    match part {
        Some(Part::Listener(name)) => listener["name"] == *name,
        Some(Part::Port(number)) => listener["port"] == *number,
        _ => true,
    }
}

fn lets_in(graph: &Graph<'_>, gateway: &Object, listener: &Value, route: &Object) -> bool {
    let allowed = &listener["allowedRoutes"]["namespaces"];
    let of_namespace = match text(&allowed["from"]) {
        Some("All") => true,
        Some("Selector") => {
            let namespace = graph.objects().find("", "Namespace", None, route.namespace());
            let selector = Selector::of(&allowed["selector"]);
            namespace.is_none_or(|namespace| {
                let mut labels = namespace.json["metadata"]["labels"].clone();
                // The API server labels every namespace with its name.
                if !labels.is_object() {
                    labels = json!({});
                }
                labels["kubernetes.io/metadata.name"] = namespace.name().into();
                selector.selects(&labels)
            })
        }
        Some("None") => false,
        _ => gateway.namespace() == route.namespace(),
    };
    let hosts = list(&route.json["spec"]["hostnames"]);
    let of_host = match text(&listener["hostname"]) {
        Some(own) if !hosts.is_empty() => {
            hosts.iter().filter_map(text).any(|host| mesh::overlap(own, host))
        }
        _ => true,
    };
    of_namespace && of_host
}
