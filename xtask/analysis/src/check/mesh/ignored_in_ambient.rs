//! Objects that only sidecars read, where there are none.

use crate::check::{At, Family, Findings, Rule, Severity};

use super::has_target;
use crate::graph::mesh::authorization::Action;
use crate::graph::mesh::membership::Proxy;
use crate::graph::{Graph, mesh};
use crate::objects::{Object, Selector, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "ignored-in-ambient",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "An object that sidecars or waypoints read selects pods in ambient mode",
    consequence: "the proxies of nodes do not read it: it is in force nowhere; of an AuthorizationPolicy that admits by requests, nobody is admitted",
    explanation: "In ambient mode a pod has no sidecar. `Sidecar` and `EnvoyFilter` do nothing for it. What is said of \
                  requests (`WasmPlugin`, `RequestAuthentication`; methods, paths, hosts, headers and tokens of an \
                  AuthorizationPolicy) is read by a waypoint, which policies with a selector do not reach: they name it or its \
                  Service by `targetRefs`. Told where all pods that are selected are in ambient mode.",
    remedy: "name the waypoint or the Service by `targetRefs` instead of a selector, or remove the object",
    upstream: "https://istio.io/latest/docs/ambient/usage/l7-features/",
    check,
};

/// The kinds, and where their selector and its labels stand.
const KINDS: &[(&str, &str, &str, &str)] = &[
    (mesh::ROUTING, "EnvoyFilter", "workloadSelector", "labels"),
    (mesh::ROUTING, "Sidecar", "workloadSelector", "labels"),
    ("extensions.istio.io", "WasmPlugin", "selector", "matchLabels"),
    (mesh::SECURITY, "RequestAuthentication", "selector", "matchLabels"),
    (mesh::SECURITY, "AuthorizationPolicy", "selector", "matchLabels"),
];

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    // Most environments have no pod in ambient mode.
    if !graph.pods.iter().any(|pod| graph.proxy(pod) == Proxy::Ambient) {
        return;
    }
    for (group, kind, selector, labels) in KINDS {
        for object in graph.objects().of_kind(group, kind) {
            let spec = &object.json["spec"];
            let field = match *kind {
                "AuthorizationPolicy" => of_requests(object),
                _ => Some(spec),
            };
            let Some(field) = field.filter(|_| !has_target(object)) else { continue };
            let wanted = Selector::of_labels(&spec[*selector][*labels]);
            let mut pods = graph.selected(object.namespace(), wanted).peekable();
            let Some(first) = pods.peek().map(|pod| pod.owner) else { continue };
            if pods.all(|pod| graph.proxy(pod) == Proxy::Ambient) {
                let what = if field.is_array() { "what this asks of requests" } else { "this" };
                let message = format!("the pods are in ambient mode, where nobody reads {what}");
                findings.add(object, At::Value(field), message).side(
                    "pods are of this",
                    first,
                    At::Object,
                );
            }
        }
    }
}

/// The first values of a policy that are asked of requests.
fn of_requests(policy: &Object) -> Option<&Value> {
    if Action::of(policy) == Action::Audit {
        return None;
    }
    let has_values = |values: &&Value| !list(values).is_empty();
    list(&policy.json["spec"]["rules"]).iter().find_map(|rule| {
        let operations = list(&rule["to"]).iter().flat_map(|to| {
            ["methods", "paths", "hosts", "notMethods", "notPaths", "notHosts"]
                .map(|field| &to["operation"][field])
        });
        let sources = list(&rule["from"]).iter().flat_map(|from| {
            ["requestPrincipals", "notRequestPrincipals"].map(|field| &from["source"][field])
        });
        let conditions = list(&rule["when"]).iter().filter(|condition| {
            text(&condition["key"]).is_some_and(|key| key.starts_with("request."))
        });
        let of_conditions = conditions.map(|condition| &condition["values"]);
        operations.chain(sources).chain(of_conditions).find(has_values)
    })
}
