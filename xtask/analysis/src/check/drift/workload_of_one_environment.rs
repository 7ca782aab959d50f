//! Workloads that one environment has and another lacks.

use super::{Other, lacking, scope, tell, written};
use crate::check::{At, Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "workload-of-one-environment",
    family: Family::Drift,
    severity: Severity::Warning,
    summary: "A bundle has a workload that it lacks in another environment",
    consequence: "what is tried in one environment is not what runs in the other",
    explanation: "Deployments, StatefulSets, DaemonSets, Jobs and CronJobs, by name and namespace. Only bundles that both environments \
                  have are compared: which bundles an environment has is its own choice, and so said. Where files say nothing of \
                  bundles, namespaces with workloads of both are compared. What belongs to the workload alone, such as its Service and its policies, is not \
                  told again. Environments are compared that are checked together.",
    remedy: "run it in the others, remove it, or accept it with the reason",
    upstream: "https://12factor.net/dev-prod-parity",
    check: |graph, findings| {
        let others = Other::all(graph);
        for pod in written(graph, &others) {
            let lacking = lacking(&others, |other| {
                let is_there = other.same(pod.owner).is_some();
                (is_there || other.scopes.contains(&scope(pod.owner))).then_some(is_there)
            });
            tell(graph, findings, (pod.owner, At::Object), "the workload", &lacking);
        }
    },
};
