//! Probes that one environment has and another lacks.

use super::{Other, compared, lacking, tell};
use crate::check::{At, Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "probe-of-one-environment",
    family: Family::Drift,
    severity: Severity::Warning,
    summary: "A container has a probe that it lacks in another environment",
    consequence: "pods that do not answer get requests in one environment, or stay there, and not in the other",
    explanation: "`readinessProbe`, `livenessProbe` and `startupProbe` of containers that both environments have. Environments are \
                  compared that are checked together.",
    remedy: "give it to the others, remove it, or accept it with the reason",
    upstream: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    check: |graph, findings| {
        let others = Other::all(graph);
        compared(graph, &others, |pod, container, same| {
            for kind in ["readinessProbe", "livenessProbe", "startupProbe"] {
                let probe = &container.json[kind];
                if !probe.is_object() {
                    continue;
                }
                let lacking = lacking(&others, |other| Some(same(other)?.json[kind].is_object()));
                let what = format!("the {kind} of the container {}", container.name());
                tell(graph, findings, (pod.owner, At::Value(probe)), &what, &lacking);
            }
        });
    },
};
