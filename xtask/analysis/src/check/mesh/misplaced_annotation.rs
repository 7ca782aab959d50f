//! What is written for pods and stands at their workload.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::texts;

pub(in crate::check) static RULE: Rule = Rule {
    name: "misplaced-annotation",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "An annotation or label stands where nobody reads it: one of pods at their workload, one of an Ingress at pods",
    consequence: "nobody reads it there: all is as it would be without it, such as the sidecar of the pods",
    explanation: "Istio reads pods, which get what `template.metadata` of their workload says. Annotations of \
                  `sidecar.istio.io`, `traffic.sidecar.istio.io`, `proxy.istio.io` and `inject.istio.io`, and the \
                  label `sidecar.istio.io/inject`, are looked at, where the pods do not have them as well; and `kubernetes.io/ingress.class` of pods, workloads and \
                  Namespaces.",
    remedy: "move it into `spec.template.metadata`, or to the Ingress",
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

/// Chooses the controller of an Ingress.
const INGRESS_CLASS: &str = "kubernetes.io/ingress.class";

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let namespaces =
        graph.objects().of_kind("", "Namespace").map(|object| (object, &object.json["metadata"]));
    let pods = graph.pods.iter().flat_map(|pod| {
        let own = &pod.owner.json["metadata"];
        let of_template = (!std::ptr::eq(own, pod.metadata)).then_some((pod.owner, pod.metadata));
        std::iter::once((pod.owner, own)).chain(of_template)
    });
    for (object, metadata) in namespaces.chain(pods) {
        let field = &metadata["annotations"][INGRESS_CLASS];
        if !field.is_null() {
            let message = format!("{INGRESS_CLASS} is for an Ingress");
            findings.add(object, At::Value(field), message);
        }
    }
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
