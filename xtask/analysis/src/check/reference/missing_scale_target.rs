//! Workloads that autoscalers scale.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-scale-target",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "An autoscaler scales a workload that is not there",
    consequence: "nothing is scaled: the autoscaler cannot get the scale of its target",
    explanation: "Targets of `HorizontalPodAutoscaler`, `VerticalPodAutoscaler` and `ScaledObject` are looked at. \
                  Workloads are told missing in namespaces of which workloads or Services are here.",
    remedy: "correct kind, group or name of the target",
    upstream: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    check: |graph, findings| missing(graph, findings, Relation::ScaleTarget),
};
