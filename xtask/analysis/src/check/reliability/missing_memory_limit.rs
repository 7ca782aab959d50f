//! Containers that may take all memory of a node.

use crate::check::{At, Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-memory-limit",
    family: Family::Reliability,
    severity: Severity::Warning,
    summary: "A container may take all memory of its node",
    consequence: "when it leaks, the kernel or the kubelet ends pods of others on the node",
    explanation: "Processor may be shared without a limit: who wants more only waits. Memory cannot be taken back, so that each \
                  container that stays needs a limit, of its own or of its whole pod.",
    remedy: "give it resources.limits.memory",
    upstream: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-limits-are-run",
    check: |graph, findings| {
        for pod in graph.pods.iter().filter(|pod| pod.owner.is_written()) {
            if !pod.spec["resources"]["limits"]["memory"].is_null() {
                continue;
            }
            for container in pod.running() {
                if container.json["resources"]["limits"]["memory"].is_null() {
                    let message =
                        format!("the container {} has no limit of memory", container.name());
                    findings.add(pod.owner, At::Missing(container.json, "resources"), message);
                }
            }
        }
    },
};
