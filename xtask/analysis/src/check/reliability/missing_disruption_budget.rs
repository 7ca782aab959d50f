//! Several pods of production that may all be taken away at once.

use std::collections::HashSet;

use super::{replicated, servers};
use crate::check::{At, Family, Rule, Severity};
use crate::environment::Presence;
use crate::objects::{Identity, Selector};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-disruption-budget",
    family: Family::Reliability,
    severity: Severity::Warning,
    summary: "A workload of a production environment has several pods and no PodDisruptionBudget",
    consequence: "when nodes are drained, for an upgrade or to save money, all its pods may be gone at the same time",
    explanation: "Deployments, StatefulSets and Rollouts that say two pods or more, by themselves or by an autoscaler, in an environment, \
                  a namespace or with a label `env` that is called production (`prd`, `prod`, `production`), and that no budget here \
                  selects. Nothing is found in namespaces where something that cannot be seen may make one, such as a chart.",
    remedy: "write a PodDisruptionBudget with maxUnavailable: 1 for its pods",
    upstream: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
    check: |graph, findings| {
        let mut protected = HashSet::new();
        for budget in graph.objects().of_kind("policy", "PodDisruptionBudget") {
            let selector = Selector::of(&budget.json["spec"]["selector"]);
            let pods = graph.selected(budget.namespace(), selector);
            protected.extend(pods.map(|pod| &pod.owner.identity));
        }
        for pod in servers(graph) {
            let Some(pods) = replicated(graph, pod.owner) else { continue };
            let any = Identity::new("policy", "PodDisruptionBudget", Some(pod.namespace()), "");
            if graph.environment.is_production(pod.owner)
                && !protected.contains(&pod.owner.identity)
                && graph.environment.presence(&any) == Presence::Missing
            {
                let message = format!("its {pods} pods may be taken away at once");
                findings.add(pod.owner, At::Object, message);
            }
        }
    },
};
