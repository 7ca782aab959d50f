//! Rollouts that may neither add nor take away a pod.

use manifests_lib::check::properties::is_stuck;

use crate::check::{At, Family, Rule, Severity};
use crate::objects::count_of;

pub(in crate::check) static RULE: Rule = Rule {
    name: "stuck-rolling-update",
    family: Family::Reliability,
    severity: Severity::Error,
    summary: "A rolling update may neither add a pod nor take one away",
    consequence: "the API server refuses the Deployment",
    explanation: "`maxSurge` and `maxUnavailable` of a Deployment, as numbers or shares. Shares that are only rounded to nothing do not \
                  count: Kubernetes then takes one pod away after all.",
    remedy: "allow one of them: maxSurge: 1 where there is room for one more pod, otherwise maxUnavailable: 1",
    upstream: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable",
    check: |graph, findings| {
        for deployment in graph.objects().of_kind("apps", "Deployment") {
            let update = &deployment.json["spec"]["strategy"]["rollingUpdate"];
            let number = |field: &str| count_of(&update[field], 100, true);
            let numbers = number("maxSurge").zip(number("maxUnavailable"));
            if numbers.is_some_and(|(surge, unavailable)| is_stuck(surge, unavailable)) {
                findings.add(
                    deployment,
                    At::Value(update),
                    "maxSurge and maxUnavailable are both 0",
                );
            }
        }
    },
};
