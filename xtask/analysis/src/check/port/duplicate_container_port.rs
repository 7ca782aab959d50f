//! Ports that two containers of a pod share.

use manifests_lib::check::properties::repeated;

use super::protocol;
use crate::check::{At, Family, Findings, Rule, Severity};
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
        let ports = pod.running().flat_map(|container| {
            container.ports().iter().map(move |port| {
                let number = &port["containerPort"];
                ((number.as_u64(), protocol(port)), (container.name(), number))
            })
        });
        for ((other, _), (container, number)) in repeated(ports) {
            if other != container {
                let message = format!("the container {other} declares the port {number} as well");
                findings.add(pod.owner, At::Value(number), message);
            }
        }
    }
}
