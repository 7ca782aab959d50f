//! What is written for pods and stands at their workload.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::texts;

pub(in crate::check) static RULE: Rule = Rule {
    name: "misplaced-annotation",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "An annotation or label of Istio for pods stands at their workload",
    consequence: "nobody reads it there: the pods get the sidecar that they would have got without it",
    explanation: "Istio reads pods, which get what `template.metadata` of their workload says. Annotations of \
                  `sidecar.istio.io`, `traffic.sidecar.istio.io`, `proxy.istio.io` and `inject.istio.io`, and the \
                  label `sidecar.istio.io/inject`, are looked at, where the pods do not have them as well.",
    remedy: "move it into `spec.template.metadata`",
    upstream: "https://istio.io/latest/docs/reference/config/annotations/",
    check,
};

/// What is for pods alone begins so.
const PREFIXES: &[&str] = &[
    "inject.istio.io/",
    "proxy.istio.io/",
    "readiness.status.sidecar.istio.io/",
    "sidecar.istio.io/",
    "status.sidecar.istio.io/",
    "traffic.sidecar.istio.io/",
];

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for pod in graph.pods.iter().filter(|pod| !pod.owner.is("", "Pod")) {
        let own = &pod.owner.json["metadata"];
        let annotations = texts(&own["annotations"]).map(|(key, _)| ("annotations", key));
        let labels = texts(&own["labels"]).map(|(key, _)| ("labels", key));
        let labels = labels.filter(|(_, key)| *key == "sidecar.istio.io/inject");
        // A template that Istio has written into says what it got.
        let is_injected = !pod.metadata["annotations"]["sidecar.istio.io/status"].is_null();
        let of_pods =
            |(_, key): &(&str, &str)| PREFIXES.iter().any(|prefix| key.starts_with(prefix));
        for (field, key) in annotations.filter(of_pods).chain(labels) {
            let has = |field: &str| !pod.metadata[field][key].is_null();
            if !has("annotations") && !has("labels") && !is_injected {
                let message = format!("{key} is for pods, and these do not have it");
                findings.add(pod.owner, At::Value(&own[field][key]), message);
            }
        }
    }
}
