//! Pods of the mesh whose proxies may not reach istiod.

use super::{Needed, all_refused, tell};
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::graph::network::{End, Port};
use crate::objects::{Pod, text};

/// Where proxies ask for their configuration and certificates.
const PORT: u64 = 15_012;

pub(in crate::check) static RULE: Rule = Rule {
    name: "refused-control-plane",
    family: Family::Network,
    severity: Severity::Error,
    summary: "A pod of the mesh may not reach istiod",
    consequence: "its proxy gets neither a certificate nor a configuration: the pod never becomes ready",
    explanation: "A proxy asks istiod at port 15012. The policies of the pod and those of istiod are asked, where the pods \
                  of istiod are here or Istio's own chart makes them; otherwise the pod may reach nobody at all at this \
                  port.",
    remedy: "let it out to `app: istiod` in `istio-system` at port 15012",
    upstream: "https://istio.io/latest/docs/ops/deployment/application-requirements/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let is_istiod = |pod: &&Pod<'_>| text(&pod.labels()["app"]) == Some("istiod");
    let mut ends: Vec<_> =
        graph.pods.iter().filter(is_istiod).map(|pod| (End::Pod(pod), Port::tcp(PORT))).collect();
    if ends.is_empty() {
        ends.push((End::Somebody, Port::tcp(PORT)));
    }
    for pod in graph.pods.iter().filter(|pod| graph.proxy(pod).is_sidecar()) {
        let Some((connection, to, port)) = all_refused(graph, &[End::Pod(pod)], &ends) else {
            continue;
        };
        let (from, at) = (pod.owner, At::Object);
        let (who, what) = (pod.owner.identity.to_string(), "istiod".to_owned());
        tell(findings, &Needed { from, at, who, what, to, port }, &connection);
    }
}
