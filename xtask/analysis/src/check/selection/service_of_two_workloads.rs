//! Services that lead to more than one thing.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::{Pod, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "service-of-two-workloads",
    family: Family::Selection,
    severity: Severity::Warning,
    summary: "A Service selects pods of two different workloads",
    consequence: "requests go to the one or the other by chance, and some of them to pods that know nothing of them",
    explanation: "Versions of one workload behind one Service are usual, and are passed over: pods differ here if \
                  `app`, `component`, `k8s-app`, `app.kubernetes.io/name` or `app.kubernetes.io/component` differ, or \
                  if some are of a Job and others are not. Headless Services are passed over.",
    remedy: "add the label that tells them apart to the selector",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/service/",
    check,
};

/// Labels that say what a pod is, and not which of its kind.
const TELLING: &[&str] =
    &["app", "component", "k8s-app", "app.kubernetes.io/name", "app.kubernetes.io/component"];

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for service in graph.objects().of_kind("", "Service").filter(|service| service.is_written()) {
        let spec = &service.json["spec"];
        if text(&spec["clusterIP"]) == Some("None") {
            continue;
        }
        let mut pods = graph.behind(service);
        let Some(first) = pods.next() else { continue };
        let Some(other) = pods.find(|other| differ(first, other)) else { continue };
        let message =
            format!("{} and {} are both selected", first.owner.identity, other.owner.identity);
        findings
            .add(service, At::Value(&spec["selector"]), message)
            .side("the one is here", first.owner, At::Object)
            .side("the other is here", other.owner, At::Object);
    }
}

fn differ(one: &Pod<'_>, other: &Pod<'_>) -> bool {
    let is_job = |pod: &Pod<'_>| pod.owner.identity.group == "batch";
    let differ_by = |key: &&str| {
        let (one, other) = (text(&one.labels()[key]), text(&other.labels()[key]));
        one.is_some() && other.is_some() && one != other
    };
    is_job(one) != is_job(other) || TELLING.iter().any(differ_by)
}
