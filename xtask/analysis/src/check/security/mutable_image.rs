//! Images whose names lead to other bytes tomorrow.

use crate::check::{At, Family, Rule, Severity};
use crate::objects::text;

pub(in crate::check) static RULE: Rule = Rule {
    name: "mutable-image",
    family: Family::Security,
    severity: Severity::Warning,
    summary: "An image is named by `latest`, or by no tag at all",
    consequence: "two pods of one workload run different programs, and nobody knows which; a rollback brings nothing back",
    explanation: "An image with a digest (`@sha256:…`) is always the same. A tag of a version may be moved, but it says what was meant. \
                  Images that are never pulled (`imagePullPolicy: Never`) are what somebody has loaded into the nodes, and left out.",
    remedy: "name the version, and better the digest as well",
    upstream: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
    check: |graph, findings| {
        for pod in graph.pods.iter().filter(|pod| pod.owner.is_written()) {
            for container in pod.containers() {
                let Some(image) = container.image().filter(|image| !image.contains('@')) else {
                    continue;
                };
                if text(&container.json["imagePullPolicy"]) == Some("Never") {
                    continue;
                }
                let last = image.rsplit('/').next().unwrap_or(image);
                let message = match last.split_once(':') {
                    None => format!("{image} has no tag, which means latest"),
                    Some((_, "latest")) => format!("{image} is whatever was pushed last"),
                    Some(_) => continue,
                };
                findings.add(pod.owner, At::Value(&container.json["image"]), message);
            }
        }
    },
};
