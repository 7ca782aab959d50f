//! Services that lead nowhere.

use manifests_lib::check::properties::have_no_pods;

use super::nothing_selected;
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::Selector;

pub(in crate::check) static RULE: Rule = Rule {
    name: "service-without-pods",
    family: Family::Selection,
    severity: Severity::Error,
    summary: "A Service selects no pod",
    consequence: "it has no endpoints: every connection to it is refused",
    explanation: "A selector is told to select nothing where pods of the namespace are here, and nothing that may make \
                  others is: no chart that was not rendered, no object of an unknown operator. A Service without a \
                  selector has endpoints of somebody else. Pods of which there are none, by `replicas: 0` of all their \
                  workloads, are no pods, unless an autoscaler scales them.",
    remedy: "correct the selector, or the labels of the template of the pods",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/service/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for service in graph.objects().of_kind("", "Service") {
        let selector = &service.json["spec"]["selector"];
        nothing_selected(graph, findings, service, selector, Selector::of_labels(selector));
        // Whoever scales them to none knows it.
        let replicas = graph.behind(service).map(|pod| {
            let written = pod.owner.json["spec"]["replicas"].as_u64();
            written.filter(|_| !graph.is_scaled(pod.owner))
        });
        if have_no_pods(replicas) {
            let Some(pod) = graph.behind(service).next() else { continue };
            findings
                .add(service, At::Value(selector), "the pods that it selects have replicas: 0")
                .help("run at least one, or remove the Service")
                .side("they are here", pod.owner, At::Value(&pod.owner.json["spec"]["replicas"]));
        }
    }
}
