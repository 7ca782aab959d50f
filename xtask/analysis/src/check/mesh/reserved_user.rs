//! The user that is the sidecar's.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::graph::mesh::membership::Proxy;

/// The user of the proxy, whose connections are let out as they are.
const PROXY: u64 = 1337;

pub(in crate::check) static RULE: Rule = Rule {
    name: "reserved-user",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "A container of a pod with a sidecar runs as user 1337, which is the sidecar's",
    consequence: "its connections pass the sidecar by: no mutual TLS, no routes, no policy; pods that take only mutual TLS refuse it",
    explanation: "The rules of the pod's network let out what user 1337 sends, because the sidecar sends as that user. A \
                  container whose name begins with `istio-` is Istio's own.",
    remedy: "run the container as another user",
    upstream: "https://istio.io/latest/docs/ops/deployment/application-requirements/#pod-requirements",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for pod in graph.pods.iter().filter(|pod| graph.proxy(pod) == Proxy::Sidecar) {
        let of_pod = &pod.spec["securityContext"]["runAsUser"];
        let containers =
            pod.containers().filter(|container| !container.name().starts_with("istio-"));
        for container in containers {
            let own = &container.json["securityContext"]["runAsUser"];
            let user = if own.is_null() { of_pod } else { own };
            if user.as_u64() == Some(PROXY) {
                let message =
                    format!("{} runs as user {PROXY}, which is the sidecar's", container.name());
                findings.add(pod.owner, At::Value(user), message);
            }
        }
    }
}
