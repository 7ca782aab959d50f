//! Objects of the mesh of which one is in force.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use super::has_target;
use crate::graph::{Graph, mesh};
use crate::objects::{Object, Selector, Value};

pub(in crate::check) static RULE: Rule = Rule {
    name: "competing-mesh-objects",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "Two objects of Istio want the same pods, and one of them is in force",
    consequence: "the older one counts, and the other one does nothing; which that is, changes when one is created anew",
    explanation: "Of PeerAuthentication, ProxyConfig, Sidecar and Telemetry a namespace has one without a selector, \
                  and a pod one with a selector. Several AuthorizationPolicies and RequestAuthentications are put \
                  together.",
    remedy: "put the two into one object, or give them selectors that share no pod",
    upstream: "https://istio.io/latest/docs/reference/config/networking/sidecar/",
    check,
};

/// The kinds, and where their selector and its labels stand.
const KINDS: &[(&str, &str, &str, &str)] = &[
    (mesh::SECURITY, "PeerAuthentication", "selector", "matchLabels"),
    (mesh::ROUTING, "ProxyConfig", "selector", "matchLabels"),
    (mesh::ROUTING, "Sidecar", "workloadSelector", "labels"),
    (mesh::TELEMETRY, "Telemetry", "selector", "matchLabels"),
];

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for (group, kind, selector, labels) in KINDS {
        let mut of_namespace: HashMap<&str, &Object> = HashMap::new();
        let mut of_pod: HashMap<*const Value, &Object> = HashMap::new();
        for object in graph.objects().of_kind(group, kind) {
            let spec = &object.json["spec"];
            let labels = &spec[*selector][*labels];
            let wanted = Selector::of_labels(labels);
            if has_target(object) {
                continue;
            }
            if wanted.is_empty() {
                let first = *of_namespace.entry(object.namespace()).or_insert(object);
                if first.identity != object.identity {
                    let namespace = object.namespace();
                    let message = format!("{namespace} has a {kind} without a selector already");
                    findings.add(object, At::Object, message).side("it is here", first, At::Object);
                }
                continue;
            }
            let mut competitor = None;
            for pod in graph.selected(object.namespace(), wanted) {
                let first = *of_pod.entry(std::ptr::from_ref(pod.spec)).or_insert(object);
                if first.identity != object.identity {
                    competitor = competitor.or(Some((first, pod)));
                }
            }
            if let Some((first, pod)) = competitor {
                let message = format!("{} selects {}, too", first.identity, pod.owner.identity);
                findings
                    .add(object, At::Value(labels), message)
                    .side("it is here", first, At::Object)
                    .side("the pods are of this", pod.owner, At::Object);
            }
        }
    }
}
