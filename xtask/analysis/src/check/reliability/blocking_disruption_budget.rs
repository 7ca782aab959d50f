//! Disruption budgets that let no node be drained.

use crate::check::{At, Family, Rule, Severity};
use crate::objects::{Selector, count_of};

pub(in crate::check) static RULE: Rule = Rule {
    name: "blocking-disruption-budget",
    family: Family::Reliability,
    severity: Severity::Warning,
    summary: "A PodDisruptionBudget never lets a pod go",
    consequence: "a node that is drained, for an upgrade or to save money, waits for ever for these pods",
    explanation: "`maxUnavailable` of nothing, or `minAvailable` of as many pods as the selected workloads have. Where an autoscaler \
                  gives the number, its `minReplicas` counts.",
    remedy: "allow one pod to be away (maxUnavailable: 1), and run more than one where that must not be noticed",
    upstream: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
    check: |graph, findings| {
        for budget in graph.objects().of_kind("policy", "PodDisruptionBudget") {
            let spec = &budget.json["spec"];
            let (most_away, least_there) = (&spec["maxUnavailable"], &spec["minAvailable"]);
            // However many pods there are, and whether they are here.
            if count_of(most_away, 100, true) == Some(0) {
                findings.add(budget, At::Value(most_away), "no pod may ever be away");
                continue;
            }
            let selected: Vec<_> =
                graph.selected(budget.namespace(), Selector::of(&spec["selector"])).collect();
            let pods: Option<u64> = selected.iter().map(|pod| graph.replicas(pod.owner)).sum();
            let Some(pods) = pods else { continue };
            if pods > 0 && count_of(least_there, pods, true).is_some_and(|least| least >= pods) {
                findings
                    .add(
                        budget,
                        At::Value(least_there),
                        match pods {
                            1 => "the only pod must always be there".to_owned(),
                            _ => format!("all {pods} pods must always be there"),
                        },
                    )
                    .side("its pods are made here", selected[0].owner, At::Object);
            }
        }
    },
};
