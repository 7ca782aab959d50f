//! Namespaces.

use std::fmt;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::check;
use crate::model::bundle::{Bundle, Output, Part};
use crate::model::error::BuildError;
use crate::model::label::{Labels, label};
use crate::model::metadata::{named, named_in};
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::network::{network_policy, outbound};
use crate::values::Name;

/// A namespace as others refer to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Namespace(Name);

impl Namespace {
    /// Where the cluster's own parts run.
    pub const KUBE_SYSTEM: Self = Self::new(name!("kube-system"));

    /// Names a namespace.
    #[must_use]
    pub const fn new(name: Name) -> Self {
        Self(name)
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.0
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Whether pods of a namespace get a sidecar proxy.
///
/// Upstream: <https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Injection {
    /// By the control plane of this revision or revision tag.
    Revision(Name),
    /// Not at all.
    None,
}

/// What pods of a namespace may do, enforced by the API server.
///
/// The build refuses a workload whose pods the level of its namespace would refuse.
///
/// Upstream: <https://kubernetes.io/docs/concepts/security/pod-security-standards/>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PodSecurity {
    /// The least that a pod needs to run.
    Restricted,
    /// Nothing that is known to lead to more rights.
    Baseline,
    /// Everything: for agents that read the node.
    Privileged,
}

impl PodSecurity {
    /// As Kubernetes writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Restricted => "restricted",
            Self::Baseline => "baseline",
            Self::Privileged => "privileged",
        }
    }

    /// The level that a namespace enforces; without a label the API server refuses nothing.
    pub(crate) fn of(namespace: &core::Namespace) -> Self {
        let labels = namespace.metadata.labels.as_ref();
        let level = labels.and_then(|labels| labels.get(ENFORCE)).map(String::as_str);
        let levels = [Self::Restricted, Self::Baseline];
        levels.into_iter().find(|it| level == Some(it.as_str())).unwrap_or(Self::Privileged)
    }
}

/// Refuses pods beyond the level.
const ENFORCE: &str = "pod-security.kubernetes.io/enforce";

/// Warns whoever applies a workload whose pods would be refused: `enforce` judges pods only, which a controller makes later.
const WARN: &str = "pod-security.kubernetes.io/warn";

/// Names in the audit log what pods do beyond the level.
const AUDIT: &str = "pod-security.kubernetes.io/audit";

/// What holds for all pods of a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceRules {
    /// Whether they get a sidecar proxy.
    pub injection: Injection,
    /// What they may do.
    pub pod_security: PodSecurity,
}

/// A namespace that a bundle creates.
#[derive(Clone)]
pub struct NamespaceHandle {
    made: Made,
}

patchable! {
    NamespaceHandle { made: core::Namespace, networking::NetworkPolicy; }
}

impl Bundle {
    /// Creates a namespace whose pods nobody reaches who is not admitted. Every namespace has one bundle that creates it.
    ///
    /// The API server refuses pods beyond its level, warns whoever applies a workload of such pods, and writes into the audit
    /// log what pods do beyond `restricted`, whatever the level.
    ///
    /// Becomes a Namespace and, unless it [denies more](Self::deny_by_default), a NetworkPolicy `default-deny`.
    #[track_caller]
    pub fn create_namespace(
        &self,
        namespace: &Namespace,
        rules: &NamespaceRules,
    ) -> NamespaceHandle {
        let NamespaceRules { injection, pod_security } = rules;
        let name = namespace.name().as_str();
        if name == "default" || name.starts_with("kube-") {
            self.error(
                Rule::ForeignNamespace,
                Origin::here(),
                format!(
                    "every cluster has the namespace {name}, with pods of others: this bundle would make it its own; create another one"
                ),
            );
        }
        let mut labels = label(ENFORCE, pod_security.as_str());
        labels.extend(label(WARN, pod_security.as_str()));
        labels.extend(label(AUDIT, PodSecurity::Restricted.as_str()));
        if let Injection::Revision(revision) = injection {
            labels.extend(label(REVISION, revision));
        }
        let (origin, namespace) = (Origin::here(), namespace.clone());
        NamespaceHandle { made: self.push(NamespacePart { origin, namespace, labels }) }
    }
}

/// The label by which a control plane of the mesh knows its namespaces.
pub(crate) const REVISION: &str = "istio.io/rev";

/// Pods of the mesh that have no sidecar are refused.
pub(crate) struct SidecarsRequired;

/// A label of a namespace that something in it needs.
pub(crate) struct NamespaceLabel {
    pub(crate) namespace: Namespace,
    pub(crate) key: &'static str,
    pub(crate) value: &'static str,
}

struct NamespacePart {
    origin: Origin,
    namespace: Namespace,
    labels: Labels,
}

impl Part for NamespacePart {
    fn build(&self, output: &mut Output<'_>) {
        if self.labels.contains_key(REVISION) && !output.conventions.has_mesh() {
            let what = format!("pods of the namespace {} get sidecars", self.namespace);
            output.errors.push(check::needs_mesh(self.origin, &what));
        } else if self.labels.contains_key(REVISION)
            && output.declared.all::<SidecarsRequired>().is_empty()
        {
            output.errors.push(BuildError::new(
                Rule::SidecarNotRequired,
                self.origin,
                format!(
                    "pods of the namespace {} get sidecars, but nothing refuses a pod that misses its own: call \
                     `require_sidecars` at the bundle of the namespaces",
                    self.namespace
                ),
            ));
        }
        let mut labels = self.labels.clone();
        let needed = output.declared.all::<NamespaceLabel>().iter();
        for needed in needed.filter(|needed| needed.namespace == self.namespace) {
            labels.extend(label(needed.key, needed.value));
        }
        output.add(
            self.origin,
            core::Namespace {
                metadata: ObjectMeta { labels: Some(labels), ..named(&self.namespace) },
                ..core::Namespace::default()
            },
        );
        if !outbound::is_denied_by_default(output, &self.namespace) {
            // Those that admit somebody add to it.
            output.add(
                self.origin,
                networking::NetworkPolicy {
                    metadata: named_in(&self.namespace, "default-deny"),
                    spec: Some(network_policy::nothing(["Ingress"])),
                },
            );
        }
    }
}
