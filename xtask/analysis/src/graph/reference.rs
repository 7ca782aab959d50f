//! A field that names another object.

use serde_json::Value;

use crate::objects::{Identity, Object};

/// A field that names another object.
#[derive(Clone, Debug)]
pub struct Reference<'a> {
    /// The object with the field.
    pub from: &'a Object,
    /// The value that names, in `from`.
    pub field: &'a Value,
    /// What the named object is to the other one.
    pub relation: Relation,
    /// What is named.
    pub target: Identity,
    /// A part of what is named.
    pub part: Option<Part<'a>>,
    /// Whether the other one does without it where it is not there.
    pub optional: bool,
}

/// A part of an object that is named.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// A key of a Secret or ConfigMap.
    Key(&'a Value),
    /// A port of a Service, by name or number.
    Port(&'a Value),
}

/// What a named object is to the one that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// A ConfigMap that a pod reads or mounts.
    ConfigMap,
    /// A Secret that a pod reads or mounts, or something else reads.
    Secret,
    /// A Secret with which images are pulled.
    PullSecret,
    /// A claim that a pod mounts.
    Claim,
    /// The service account that a pod runs as.
    ServiceAccount,
    /// The priority of a pod.
    PriorityClass,
    /// What runs the containers of a pod.
    RuntimeClass,
    /// The class of a claim.
    StorageClass,
    /// The role that a binding gives.
    Role,
    /// The service account that a binding gives rights to.
    Subject,
    /// The workload that an autoscaler scales.
    ScaleTarget,
    /// The Service that names the pods of a StatefulSet.
    GoverningService,
    /// The Service behind a rule of an Ingress.
    Backend,
    /// The Service that a webhook or an aggregated API leads to.
    WebhookService,
}
