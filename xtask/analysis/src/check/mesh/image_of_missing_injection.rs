//! Images that an injection would have replaced.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;

pub(in crate::check) static RULE: Rule = Rule {
    name: "image-of-missing-injection",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "A container has the image `auto`, and nothing is injected into its pod",
    consequence: "the kubelet looks for an image of the name `auto`: `ImagePullBackOff`",
    explanation: "`auto` stands for the proxy that Istio's webhook puts into a gateway. It is called for pods whose namespace has \
                  `istio-injection: enabled` or `istio.io/rev`, or with the label `sidecar.istio.io/inject: \"true\"`. Told where \
                  the namespace is here.",
    remedy: "set the label `sidecar.istio.io/inject: \"true\"` in the template of the pods",
    upstream: "https://istio.io/latest/docs/setup/additional-setup/gateway/#deploying-a-gateway",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for pod in &graph.pods {
        for container in pod.containers().filter(|container| container.image() == Some("auto")) {
            if graph.is_injected(pod) == Some(false) {
                let message = "the image is to be injected, and nothing is injected here";
                findings.add(pod.owner, At::Value(&container.json["image"]), message);
            }
        }
    }
}
