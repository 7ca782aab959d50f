//! Policies of the mesh of nothing.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashSet;

use super::nothing_selected;
use crate::graph::{Graph, mesh};
use crate::objects::{Object, Selector};

pub(in crate::check) static RULE: Rule = Rule {
    name: "mesh-policy-without-pods",
    family: Family::Selection,
    severity: Severity::Warning,
    summary: "An object of Istio selects no pod",
    consequence: "it is in force nowhere: what it was meant to refuse, encrypt, limit or observe goes on as without it",
    explanation: "AuthorizationPolicy, PeerAuthentication, RequestAuthentication, Telemetry, WasmPlugin, ProxyConfig, \
                  Sidecar, EnvoyFilter and the `workloadSelector` of ServiceEntry and DestinationRule are looked at. \
                  What stands in `istio-system` is for all namespaces, and is told where all that is in the cluster is here \
                  (`--whole`). A selector is told to select \
                  nothing where pods of the namespace are here, and nothing that may make others is: no chart that was \
                  not rendered, no object of an unknown operator.",
    remedy: "correct the selector, or the labels of the template of the pods",
    upstream: "https://istio.io/latest/docs/reference/config/type/workload-selector/",
    check,
};

/// The kinds with a selector, and where it stands.
const KINDS: &[(&str, &str, &str, &str)] = &[
    ("extensions.istio.io", "WasmPlugin", "selector", "matchLabels"),
    (mesh::ROUTING, "DestinationRule", "workloadSelector", "matchLabels"),
    (mesh::ROUTING, "EnvoyFilter", "workloadSelector", "labels"),
    (mesh::ROUTING, "ProxyConfig", "selector", "matchLabels"),
    (mesh::ROUTING, "ServiceEntry", "workloadSelector", "labels"),
    (mesh::ROUTING, "Sidecar", "workloadSelector", "labels"),
    (mesh::SECURITY, "AuthorizationPolicy", "selector", "matchLabels"),
    (mesh::SECURITY, "PeerAuthentication", "selector", "matchLabels"),
    (mesh::SECURITY, "RequestAuthentication", "selector", "matchLabels"),
    (mesh::TELEMETRY, "Telemetry", "selector", "matchLabels"),
];

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    // Machines outside the cluster are selected as pods are.
    let machines = graph.objects().of_kind(mesh::ROUTING, "WorkloadEntry");
    let with_machines: HashSet<&str> = machines.map(Object::namespace).collect();
    for (group, kind, field, labels) in KINDS {
        for object in graph.objects().of_kind(group, kind) {
            let namespace = object.namespace();
            let labels = &object.json["spec"][*field][*labels];
            let selector = Selector::of_labels(labels);
            if namespace == "istio-system" {
                let is_sure = graph.sees_every_pod() && with_machines.is_empty();
                if is_sure
                    && !selector.is_empty()
                    && !graph.pods.iter().any(|pod| pod.is_selected_by(&selector))
                {
                    let message = "no pod of any namespace has these labels";
                    findings.add(object, At::Value(labels), message);
                }
            } else if !with_machines.contains(namespace) {
                nothing_selected(graph, findings, object, labels, selector);
            }
        }
    }
}
