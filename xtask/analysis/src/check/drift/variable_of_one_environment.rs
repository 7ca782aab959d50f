//! Variables that one environment has and another lacks.

use super::{Other, compared, has, lacking, tell};
use crate::check::{At, Family, Rule, Severity};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "variable-of-one-environment",
    family: Family::Drift,
    severity: Severity::Warning,
    summary: "A container has a variable that it lacks in another environment",
    consequence: "the program falls back to its default there, or fails at the first use",
    explanation: "Names of environment variables, not their values, of containers that both environments have. A container that takes \
                  variables from a whole ConfigMap or Secret (`envFrom`) may have it from there, and is passed over. Environments are \
                  compared that are checked together.",
    remedy: "give it to the others, remove it, or accept it with the reason",
    upstream: "https://12factor.net/config",
    check: |graph, findings| {
        let others = Other::all(graph);
        compared(graph, &others, |pod, container, same| {
            for variable in list(&container.json["env"]) {
                let lacking = lacking(&others, |other| {
                    let there = same(other)?.json;
                    let is_told = has(list(&there["env"]), variable, "name");
                    (is_told || list(&there["envFrom"]).is_empty()).then_some(is_told)
                });
                let name = text(&variable["name"]).unwrap_or_default();
                let what = format!("the variable {name} of the container {}", container.name());
                tell(graph, findings, (pod.owner, At::Value(variable)), &what, &lacking);
            }
        });
    },
};
