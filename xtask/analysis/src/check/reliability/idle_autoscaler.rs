//! Autoscalers without room.

use crate::check::{At, Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "idle-autoscaler",
    family: Family::Reliability,
    severity: Severity::Warning,
    summary: "An autoscaler has the same least and greatest number of pods",
    consequence: "it never scales: under load the pods are as many as before, and whoever looks believes that they are scaled",
    explanation: "`minReplicas`, one where it is not written, and `maxReplicas` of a HorizontalPodAutoscaler, and `minReplicaCount` and \
                  `maxReplicaCount` of a ScaledObject of KEDA.",
    remedy: "raise the greatest number, or remove the autoscaler and write the number of pods at the workload",
    upstream: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    check: |graph, findings| {
        for (group, kind, least, most, default) in [
            ("autoscaling", "HorizontalPodAutoscaler", "minReplicas", "maxReplicas", Some(1)),
            ("keda.sh", "ScaledObject", "minReplicaCount", "maxReplicaCount", None),
        ] {
            for autoscaler in graph.objects().of_kind(group, kind) {
                let spec = &autoscaler.json["spec"];
                let least = spec[least].as_u64().or(default);
                if least.is_some() && least == spec[most].as_u64() {
                    let message = format!("there are always {} pods", spec[most]);
                    findings.add(autoscaler, At::Value(&spec[most]), message);
                }
            }
        }
    },
};
