//! Two volumes at one path.

use manifests_lib::check::properties::repeated;

use crate::check::{At, Family, Rule, Severity};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "duplicate-mount-path",
    family: Family::Data,
    severity: Severity::Error,
    summary: "Two volumes are mounted at one path of a container",
    consequence: "the API server refuses the pod: mountPath must be unique",
    explanation: "Paths count as written. Two that differ in a slash alone are accepted, and found by `hidden-mount`.",
    remedy: "mount one of them elsewhere",
    upstream: "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#volumes-1",
    check: |graph, findings| {
        for pod in &graph.pods {
            for container in pod.containers() {
                let mounts = list(&container.json["volumeMounts"]).iter();
                let paths = mounts.filter_map(|mount| {
                    let path = text(&mount["mountPath"])?;
                    Some((path, (path, mount)))
                });
                for ((_, first), (path, mount)) in repeated(paths) {
                    let message = format!("{path} of {} is taken", container.name());
                    findings.add(pod.owner, At::Value(&mount["mountPath"]), message).side(
                        "the first volume is here",
                        pod.owner,
                        At::Value(first),
                    );
                }
            }
        }
    },
};
