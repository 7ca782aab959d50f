//! Pods that the level of their namespace refuses.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::PodSpec;
use manifests_lib::check::beyond;
use manifests_lib::model::PodSecurity;
use serde::Deserialize as _;

use crate::check::{At, Family, Rule, Severity};
use crate::objects::{Pod, texts};

const ENFORCE: &str = "pod-security.kubernetes.io/enforce";

pub(in crate::check) static RULE: Rule = Rule {
    name: "pod-security-violation",
    family: Family::Security,
    severity: Severity::Error,
    summary: "The Pod Security level of a namespace refuses pods in it",
    consequence: "the API server refuses each pod; the workload stays without any, and only its events say why",
    explanation: "The level is what the label `pod-security.kubernetes.io/enforce` of the namespace says, by the newest version of the \
                  Pod Security Standards. What is built from Rust is judged when it is built, too.",
    remedy: "change the pods, or run them in a namespace of their own whose level allows it",
    upstream: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    check: |graph, findings| {
        for pod in graph.pods.iter().filter(|pod| pod.owner.is_written()) {
            let namespace = graph.objects().find("", "Namespace", None, pod.namespace());
            let Some(namespace) = namespace else { continue };
            let level = match namespace.label(ENFORCE) {
                Some("restricted") => PodSecurity::Restricted,
                Some("baseline") => PodSecurity::Baseline,
                _ => continue,
            };
            // What is no pod of Kubernetes is the schema's business.
            let Ok(spec) = PodSpec::deserialize(pod.spec) else { continue };
            let annotations: BTreeMap<String, String> = texts(&pod.metadata["annotations"])
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect();
            for what in beyond(level, &spec, Some(&annotations)) {
                findings
                    .add(
                        pod.owner,
                        at(pod, &what),
                        format!("{what}, which {} forbids", level.as_str()),
                    )
                    .side(
                        "the level stands here",
                        namespace,
                        At::Value(&namespace.json["metadata"]["labels"][ENFORCE]),
                    );
            }
        }
    },
};

/// The container that a clause is about, or the pod.
fn at<'a>(pod: &Pod<'a>, what: &str) -> At<'a> {
    let name = what.strip_prefix("container ").and_then(|rest| rest.split(' ').next());
    let container = pod.containers().find(|container| Some(container.name()) == name);
    At::Value(container.map_or(pod.spec, |container| container.json))
}
