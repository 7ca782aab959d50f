//! Workloads that do not select their own pods.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::Selector;

pub(in crate::check) static RULE: Rule = Rule {
    name: "selector-misses-template",
    family: Family::Selection,
    severity: Severity::Error,
    summary: "The selector of a workload does not select the pods of its own template",
    consequence: "the API server refuses it: `selector` does not match template `labels`",
    explanation: "Deployments, StatefulSets, DaemonSets, ReplicaSets, ReplicationControllers and Rollouts are looked \
                  at.",
    remedy: "give the template every label that the selector asks for",
    upstream: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for pod in &graph.pods {
        let owner = pod.owner;
        let kind = owner.identity.kind.as_str();
        let field = &owner.json["spec"]["selector"];
        let selector = match (owner.identity.group.as_str(), kind) {
            ("", "ReplicationController") | ("apps.openshift.io", "DeploymentConfig") => {
                Selector::of_labels(field)
            }
            ("apps", _) | ("argoproj.io", "Rollout") => Selector::of(field),
            _ => continue,
        };
        if !selector.selects(pod.labels()) {
            let lacking = selector.lacking(pod.labels()).next();
            let message = lacking.map_or_else(
                || "the template does not have the labels that are asked for".to_owned(),
                |(key, value)| format!("the template does not have the label {key} {value}"),
            );
            findings.add(owner, At::Value(field), message).side(
                "the template is here",
                owner,
                At::Value(pod.metadata),
            );
        }
    }
}
