//! Disruption budgets that keep pods which do not work.

use crate::check::{At, Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "unhealthy-pod-eviction",
    family: Family::Reliability,
    severity: Severity::Warning,
    summary: "A PodDisruptionBudget does not say whether pods that never get ready may be evicted",
    consequence: "a node with a pod that crashes again and again cannot be drained until somebody deletes the pod by hand",
    explanation: "Without `unhealthyPodEvictionPolicy`, it is `IfHealthyBudget`: a pod that is not ready goes only while enough others \
                  are. `AlwaysAllow` lets it go, as it serves nobody. Write `IfHealthyBudget` where pods do work before they are ready, \
                  such as members of a cluster that catch up.",
    remedy: "set unhealthyPodEvictionPolicy: AlwaysAllow",
    upstream: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy",
    check: |graph, findings| {
        for budget in graph.objects().of_kind("policy", "PodDisruptionBudget") {
            let spec = &budget.json["spec"];
            if spec.is_object() && spec["unhealthyPodEvictionPolicy"].is_null() {
                let message = "pods that are not ready are kept like those that are";
                findings.add(budget, At::Missing(spec, "unhealthyPodEvictionPolicy"), message);
            }
        }
    },
};
