//! Policies that ask for a token where none is read.

use super::{has_target, sees_all, token_values};
use std::collections::HashSet;

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::{Graph, mesh};
use crate::objects::{Object, Pod, Selector, Value, list};

pub(in crate::check) static RULE: Rule = Rule {
    name: "token-never-read",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "An AuthorizationPolicy or a route asks for a token, and no RequestAuthentication reads one",
    consequence: "no request ever has a token for the policy: what needs one is refused, whatever the caller sends",
    explanation: "`requestPrincipals` and `request.auth.*` are what a RequestAuthentication has read and verified. Those of the \
                  namespace and of the root namespace count, where a RequestAuthentication of the namespace is here. Of routes by `@request.auth.claims`, it is told where none is \
                  in the whole cluster, and all of it is here (`--whole`).",
    remedy: "add a RequestAuthentication that selects the same pods",
    upstream: "https://istio.io/latest/docs/reference/config/security/request_authentication/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let readers = Readers::of(graph);
    let mut all = graph.objects().of_kind(mesh::SECURITY, "RequestAuthentication");
    if all.next().is_none()
        && graph.is_whole()
        && sees_all(graph, "RequestAuthentication", "default")
    {
        for route in graph.objects().of_kind(mesh::ROUTING, "VirtualService") {
            for field in claims(route) {
                findings.add(route, At::Value(field), "no RequestAuthentication reads a token");
            }
        }
    }
    for policy in graph.objects().of_kind(mesh::SECURITY, "AuthorizationPolicy") {
        let namespace = policy.namespace();
        let values = token_values(policy);
        let Some(&first) = values.first() else { continue };
        if has_target(policy) || !sees_all(graph, "RequestAuthentication", namespace) {
            continue;
        }
        let selector = Selector::of(&policy.json["spec"]["selector"]);
        let mut pods = graph.selected(namespace, selector).peekable();
        if pods.peek().is_some() && !pods.any(|pod| readers.read_for(pod)) {
            findings.add(policy, At::Value(first), "no RequestAuthentication is for these pods");
        }
    }
}

/// The headers of a route's matches that stand for claims of a token.
fn claims(route: &Object) -> Vec<&Value> {
    let mut all = Vec::new();
    for http in list(&route.json["spec"]["http"]) {
        for condition in list(&http["match"]) {
            let headers = &condition["headers"];
            for (name, value) in headers.as_object().into_iter().flatten() {
                if name.starts_with("@request.auth.claims") {
                    all.push(value);
                }
            }
        }
    }
    all
}

/// For which pods a token is read.
struct Readers<'a> {
    pods: HashSet<*const Value>,
    /// Namespaces with a `RequestAuthentication` for a Gateway or a Service, whose pods are not looked for.
    namespaces: HashSet<&'a str>,
    of_all: Vec<Selector<'a>>,
}

impl<'a> Readers<'a> {
    fn of(graph: &Graph<'a>) -> Self {
        let mut readers =
            Self { pods: HashSet::new(), namespaces: HashSet::new(), of_all: Vec::new() };
        for reader in graph.objects().of_kind(mesh::SECURITY, "RequestAuthentication") {
            let selector = Selector::of(&reader.json["spec"]["selector"]);
            if has_target(reader) {
                readers.namespaces.insert(reader.namespace());
            } else if reader.namespace() == graph.root_namespace() {
                readers.of_all.push(selector);
            }
            let selected = graph.selected(reader.namespace(), selector);
            readers.pods.extend(selected.map(|pod| std::ptr::from_ref(pod.spec)));
        }
        readers
    }

    fn read_for(&self, pod: &Pod<'_>) -> bool {
        self.pods.contains(&std::ptr::from_ref(pod.spec))
            || self.namespaces.contains(pod.namespace())
            || self.of_all.iter().any(|selector| pod.is_selected_by(selector))
    }
}
