//! Secrets with which images are pulled.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-pull-secret",
    family: Family::Reference,
    severity: Severity::Warning,
    summary: "A pod, or its account, pulls images with a Secret that is not there",
    consequence: "images are pulled without it, which a private registry refuses: ImagePullBackOff",
    explanation: "Secrets that pods name are looked at, and those of their accounts. The kubelet leaves out what it does not find, without a word in the pod. That shows only when the \
                  image is not on the node.",
    remedy: "have the Secret delivered into the namespace of the pod, or correct the name",
    upstream: "https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/",
    check: |graph, findings| missing(graph, findings, Relation::PullSecret),
};
