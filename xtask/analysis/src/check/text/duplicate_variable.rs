//! Variables that stand twice.

use std::collections::HashMap;

use crate::check::{At, Family, Rule, Severity};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "duplicate-variable",
    family: Family::Text,
    severity: Severity::Warning,
    summary: "A container has two values of one variable",
    consequence: "the last one counts, whoever changes the first wonders; a server-side apply refuses the list or keeps only one",
    explanation: "Names in `env` of one container. What `envFrom` brings may well be overridden by `env`, and is left out.",
    remedy: "remove the one that was not meant",
    upstream: "https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/",
    check: |graph, findings| {
        for pod in &graph.pods {
            for container in pod.containers() {
                let mut taken = HashMap::new();
                for variable in list(&container.json["env"]) {
                    let Some(name) = text(&variable["name"]) else { continue };
                    if let Some(first) = taken.insert(name, variable) {
                        let message = format!("{name} of {} stands twice", container.name());
                        findings.add(pod.owner, At::Value(variable), message).side(
                            "the first one is here",
                            pod.owner,
                            At::Value(first),
                        );
                    }
                }
            }
        }
    },
};
