//! Images whose names lead to other bytes tomorrow.

use manifests_lib::check::properties::{Pinned, pinned};

use crate::check::{At, Family, Rule, Severity};
use crate::objects::text;

pub(in crate::check) static RULE: Rule = Rule {
    name: "mutable-image",
    family: Family::Security,
    severity: Severity::Warning,
    summary: "An image is named by `latest`, or by no tag at all",
    consequence: "two pods of one workload run different programs, and nobody knows which; a rollback brings nothing back",
    explanation: "An image with a digest (`@sha256:…`) is always the same. A tag of a version may be moved, but it says what was meant. \
                  Images that are never pulled (`imagePullPolicy: Never`) are what somebody has loaded into the nodes, and left out; \
                  so are names that a tool replaces before they are deployed (`ko://…`).",
    remedy: "name the version, and better the digest as well",
    upstream: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
    check: |graph, findings| {
        for pod in graph.pods.iter().filter(|pod| pod.owner.is_written()) {
            for container in pod.containers() {
                // `ko://…` is replaced by a digest before it is applied.
                let Some(image) = container.image().filter(|image| !image.contains("://")) else {
                    continue;
                };
                if pinned(image) != Pinned::Nothing
                    || text(&container.json["imagePullPolicy"]) == Some("Never")
                {
                    continue;
                }
                let message = if image.ends_with(":latest") {
                    format!("{image} is whatever was pushed last")
                } else {
                    format!("{image} has no tag, which means latest")
                };
                findings.add(pod.owner, At::Value(&container.json["image"]), message);
            }
        }
    },
};
