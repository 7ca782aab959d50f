//! Containers that say nothing of what they need.

use crate::check::{At, Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-requests",
    family: Family::Reliability,
    severity: Severity::Warning,
    summary: "A container does not say how much processor and memory it needs",
    consequence: "the scheduler takes it for nothing, puts too many on one node, and it is the first to be ended when memory runs out",
    explanation: "Containers that stay (`containers`, and init containers with `restartPolicy: Always`) are looked at. A limit \
                  counts as a request of the same size, as it does in the cluster; so do `resources` of the whole pod.",
    remedy: "give it resources.requests for cpu and memory, from what it was seen to use",
    upstream: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    check: |graph, findings| {
        for pod in graph.pods.iter().filter(|pod| pod.owner.is_written()) {
            let of_pod = &pod.spec["resources"];
            for container in pod.running() {
                let own = &container.json["resources"];
                let is_said = |what: &str| {
                    [own, of_pod].iter().any(|all| {
                        !all["requests"][what].is_null() || !all["limits"][what].is_null()
                    })
                };
                let missing: Vec<&str> =
                    ["cpu", "memory"].into_iter().filter(|what| !is_said(what)).collect();
                if !missing.is_empty() {
                    let message = format!(
                        "the container {} requests no {}",
                        container.name(),
                        missing.join(" and no ")
                    );
                    findings.add(pod.owner, At::Missing(container.json, "resources"), message);
                }
            }
        }
    },
};
