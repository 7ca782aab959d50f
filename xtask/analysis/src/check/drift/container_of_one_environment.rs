//! Containers that one environment has and another lacks.

use super::{Other, lacking, same_pod, tell, written};
use crate::check::{At, Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "container-of-one-environment",
    family: Family::Drift,
    severity: Severity::Warning,
    summary: "A workload has a container that it lacks in another environment",
    consequence: "what is tried in one environment is not what runs in the other",
    explanation: "Containers and init containers by their names, of workloads that both environments have. Environments are compared \
                  that are checked together.",
    remedy: "give it to the others, remove it, or accept it with the reason",
    upstream: "https://12factor.net/dev-prod-parity",
    check: |graph, findings| {
        let others = Other::all(graph);
        for pod in written(graph, &others) {
            for container in pod.containers() {
                let lacking = lacking(&others, |other| {
                    let mut there = same_pod(other, pod)?.containers();
                    Some(there.any(|same| same.name() == container.name()))
                });
                let what = format!("the container {}", container.name());
                let at = (pod.owner, At::Value(container.json));
                tell(graph, findings, at, &what, &lacking);
            }
        }
    },
};
