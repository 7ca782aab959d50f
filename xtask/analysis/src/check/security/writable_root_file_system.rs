//! Containers that may change their own programs.

use crate::check::{At, Family, Rule, Severity};
use crate::objects::{Container, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "writable-root-file-system",
    family: Family::Security,
    severity: Severity::Warning,
    summary: "A container may write to the file system of its image",
    consequence: "who takes over the program brings tools of his own and changes it; what it writes fills the disk of the node",
    explanation: "Containers that stay, without `securityContext.readOnlyRootFilesystem: true`. No Pod Security level asks for it. Folders \
                  that a program does write to are an `emptyDir` with a `sizeLimit`. Pods for Windows, privileged containers and those \
                  that an injector completes (image `auto`) are left out.",
    remedy: "set readOnlyRootFilesystem: true, and mount an emptyDir where the program writes, such as /tmp",
    upstream: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
    check: |graph, findings| {
        for pod in graph.pods.iter().filter(|pod| pod.owner.is_written()) {
            if text(&pod.spec["os"]["name"]) == Some("windows") {
                continue;
            }
            for container in pod.running().filter(may_write) {
                let message = format!(
                    "the file system of the container {} is not read-only",
                    container.name()
                );
                findings.add(pod.owner, At::Missing(container.json, "securityContext"), message);
            }
        }
    },
};

fn may_write(container: &Container<'_>) -> bool {
    let context = &container.json["securityContext"];
    context["readOnlyRootFilesystem"].as_bool() != Some(true)
        && context["privileged"].as_bool() != Some(true)
        && container.image() != Some("auto")
}
