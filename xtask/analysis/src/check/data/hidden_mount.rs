//! Volumes that are mounted over others.

use manifests_lib::check::properties::repeated;

use crate::check::{At, Family, Rule, Severity};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "hidden-mount",
    family: Family::Data,
    severity: Severity::Warning,
    summary: "A volume is mounted over another one of a container",
    consequence: "the kernel shows the one that is mounted last: what the container writes is not where the other volume would keep it",
    explanation: "Two paths that are one folder and are not written alike, such as `/data` and `/data/`: the API server compares texts, \
                  and takes both.",
    remedy: "remove one of the mounts, or mount it elsewhere",
    upstream: "https://man7.org/linux/man-pages/man2/mount.2.html",
    check: |graph, findings| {
        for pod in &graph.pods {
            for container in pod.containers() {
                let mounts = list(&container.json["volumeMounts"]).iter();
                let folders = mounts.filter_map(|mount| {
                    let path = text(&mount["mountPath"])?;
                    let parts = path.split('/').filter(|part| !["", "."].contains(part));
                    Some((parts.collect::<Vec<_>>(), (path, mount)))
                });
                for ((first_path, first), (path, mount)) in repeated(folders) {
                    if path != first_path {
                        let message =
                            format!("{path} of {} is the folder {first_path}", container.name());
                        findings.add(pod.owner, At::Value(&mount["mountPath"]), message).side(
                            "the first volume is here",
                            pod.owner,
                            At::Value(first),
                        );
                    }
                }
            }
        }
    },
};
