//! Numbers of pods that two parties write.

use crate::check::{At, Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "autoscaled-replicas",
    family: Family::Reliability,
    severity: Severity::Warning,
    summary: "A workload that is scaled automatically has a fixed number of pods",
    consequence: "each deployment sets the number back, and takes pods away in the middle of the load",
    explanation: "The autoscaler writes `spec.replicas`; what is deployed should not. Argo CD and `kubectl apply` write it again \
                  whenever something else changes.",
    remedy: "leave out spec.replicas of the workload; minReplicas of the autoscaler is its smallest number",
    upstream: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling",
    check: |graph, findings| {
        for reference in graph.named_by(Relation::ScaleTarget) {
            let Some(workload) = graph.objects().get(&reference.target) else { continue };
            let replicas = &workload.json["spec"]["replicas"];
            if !replicas.is_null() {
                findings
                    .add(
                        workload,
                        At::Value(replicas),
                        format!("{replicas} pods, and {} scales them", reference.from.identity),
                    )
                    .side("it is scaled here", reference.from, At::Value(reference.field));
            }
        }
    },
};
