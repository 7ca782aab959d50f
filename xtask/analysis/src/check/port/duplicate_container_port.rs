//! Ports that two containers of a pod share.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use super::protocol;
use crate::graph::Graph;

pub(in crate::check) static RULE: Rule = Rule {
    name: "duplicate-container-port",
    family: Family::Port,
    severity: Severity::Warning,
    summary: "Two containers of one pod declare the same port",
    consequence: "all containers of a pod share one address: the second that listens fails with `address already in use`",
    explanation: "Number and protocol count. Init containers that end before the others start are passed over.",
    remedy: "give one of the containers another port",
    upstream: "https://kubernetes.io/docs/concepts/workloads/pods/#pod-networking",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for pod in &graph.pods {
        let mut first: HashMap<(Option<u64>, &str), &str> = HashMap::new();
        for container in pod.running() {
            for port in container.ports() {
                let number = &port["containerPort"];
                let key = (number.as_u64(), protocol(port));
                let other = *first.entry(key).or_insert(container.name());
                if other != container.name() {
                    let message =
                        format!("the container {other} declares the port {number} as well");
                    findings.add(pod.owner, At::Value(number), message);
                }
            }
        }
    }
}
