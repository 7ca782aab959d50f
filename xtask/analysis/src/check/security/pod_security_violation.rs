//! Pods that the level of their namespace refuses.

use manifests_lib::model::PodSecurity;

use super::{ENFORCE, at, clauses};
use crate::check::{At, Family, Rule, Severity};
use crate::graph::Graph;
use crate::objects::{Object, Pod, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "pod-security-violation",
    family: Family::Security,
    severity: Severity::Error,
    summary: "The Pod Security level of a namespace refuses pods in it",
    consequence: "the API server refuses each pod; the workload stays without any, and only its events say why",
    explanation: "The level is what the label `pod-security.kubernetes.io/enforce` of the namespace says, by the newest version of the \
                  Pod Security Standards. What is built from Rust is judged when it is built, too. The sidecar that Istio injects counts: \
                  without its CNI plugin, an init container of it needs `NET_ADMIN`, which only `privileged` allows. That is told where \
                  the chart `istiod` is here and its values turn the plugin on nowhere.",
    remedy: "change the pods, or run them in a namespace of their own whose level allows it",
    upstream: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    check: |graph, findings| {
        let istiod = istiod_without_plugin(graph);
        for pod in graph.pods.iter().filter(|pod| pod.owner.is_written()) {
            let namespace = graph.objects().find("", "Namespace", None, pod.namespace());
            let Some(namespace) = namespace else { continue };
            let level = match namespace.label(ENFORCE) {
                Some("restricted") => PodSecurity::Restricted,
                Some("baseline") => PodSecurity::Baseline,
                _ => continue,
            };
            let label = At::Value(&namespace.json["metadata"]["labels"][ENFORCE]);
            let [of_baseline, of_restricted] = clauses(pod);
            let clauses = if level == PodSecurity::Baseline { of_baseline } else { of_restricted };
            for what in clauses {
                let message = format!("{what}, which {} forbids", level.as_str());
                findings.add(pod.owner, at(pod, &what), message).side(
                    "the level stands here",
                    namespace,
                    label,
                );
            }
            if let Some(istiod) = istiod.filter(|_| is_injected(pod, namespace)) {
                let message = format!(
                    "Istio injects the container istio-init, which has the capability NET_ADMIN, which {} forbids",
                    level.as_str()
                );
                findings
                    .add(pod.owner, At::Object, message)
                    .help(
                        "install the chart cni of Istio and set pilot.cni.enabled: true for istiod",
                    )
                    .side("the level stands here", namespace, label)
                    .side("the injector is deployed here", istiod, At::Object);
            }
        }
    },
};

/// The Application of an istiod that injects a container which redirects the traffic of a pod; none where a plugin may do that.
fn istiod_without_plugin<'a>(graph: &Graph<'a>) -> Option<&'a Object> {
    let mut istiod = None;
    for application in graph.objects().of_kind("argoproj.io", "Application") {
        let spec = &application.json["spec"];
        for source in list(&spec["sources"]).iter().chain(Some(&spec["source"])) {
            match text(&source["chart"]) {
                Some("cni") => return None,
                Some("istiod") => {
                    let helm = &source["helm"];
                    let is_said_here = helm["valueFiles"].is_null() && helm["parameters"].is_null();
                    // Profiles turn it on, and texts are not read here.
                    let values = [&helm["valuesObject"], &helm["values"]].map(ToString::to_string);
                    if !is_said_here
                        || values.iter().any(|it| it.contains("cni") || it.contains("profile"))
                    {
                        return None;
                    }
                    istiod = Some(application);
                }
                _ => {}
            }
        }
    }
    istiod
}

fn is_injected(pod: &Pod<'_>, namespace: &Object) -> bool {
    let of_pod = text(&pod.labels()["sidecar.istio.io/inject"])
        .or(pod.annotation("sidecar.istio.io/inject"));
    let by_namespace = namespace.label("istio-injection") == Some("enabled")
        || namespace.label("istio.io/rev").is_some()
            && namespace.label("istio-injection") != Some("disabled");
    let is_on_node = pod.spec["hostNetwork"].as_bool() == Some(true);
    by_namespace && !is_on_node && of_pod != Some("false")
}
