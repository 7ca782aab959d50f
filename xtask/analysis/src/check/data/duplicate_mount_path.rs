//! Two volumes at one path.

use std::collections::HashMap;

use crate::check::{At, Family, Rule, Severity};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "duplicate-mount-path",
    family: Family::Data,
    severity: Severity::Error,
    summary: "Two volumes are mounted at one path of a container",
    consequence: "the API server refuses the pod",
    explanation: "Paths count as written, without a slash at the end.",
    remedy: "mount one of them elsewhere",
    upstream: "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#volumes-1",
    check: |graph, findings| {
        for pod in &graph.pods {
            for container in pod.containers() {
                let mut taken = HashMap::new();
                for mount in list(&container.json["volumeMounts"]) {
                    let Some(path) = text(&mount["mountPath"]) else { continue };
                    if let Some(first) = taken.insert(path.trim_end_matches('/'), mount) {
                        findings
                            .add(
                                pod.owner,
                                At::Value(&mount["mountPath"]),
                                format!("{path} of {} is taken", container.name()),
                            )
                            .side("the first volume is here", pod.owner, At::Value(first));
                    }
                }
            }
        }
    },
};
