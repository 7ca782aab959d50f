//! Kinds of objects, as rules about them name them.

use std::fmt;

use crate::model::resource::Manifest;

/// A kind of object in an API group, whatever its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKind {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Kind, such as `Deployment`.
    pub kind: &'static str,
    /// Whether objects of the kind live in a namespace.
    pub namespaced: bool,
}

impl GroupKind {
    /// The kind of a type.
    #[must_use]
    pub const fn of<T: Manifest>() -> Self {
        Self { group: T::GROUP, kind: T::KIND, namespaced: T::NAMESPACED }
    }

    /// A namespaced kind for which there is no type here.
    #[must_use]
    pub const fn namespaced(group: &'static str, kind: &'static str) -> Self {
        Self { group, kind, namespaced: true }
    }

    /// A cluster-scoped kind for which there is no type here.
    #[must_use]
    pub const fn cluster_scoped(group: &'static str, kind: &'static str) -> Self {
        Self { group, kind, namespaced: false }
    }

    /// Whether the API server of Kubernetes 1.35 serves the group without a CRD.
    pub(crate) fn is_built_in(self) -> bool {
        matches!(
            self.group,
            "" | "admissionregistration.k8s.io"
                | "apiextensions.k8s.io"
                | "apiregistration.k8s.io"
                | "apps"
                | "authentication.k8s.io"
                | "authorization.k8s.io"
                | "autoscaling"
                | "batch"
                | "certificates.k8s.io"
                | "coordination.k8s.io"
                | "discovery.k8s.io"
                | "events.k8s.io"
                | "flowcontrol.apiserver.k8s.io"
                | "internal.apiserver.k8s.io"
                | "networking.k8s.io"
                | "node.k8s.io"
                | "policy"
                | "rbac.authorization.k8s.io"
                | "resource.k8s.io"
                | "scheduling.k8s.io"
                | "storage.k8s.io"
                | "storagemigration.k8s.io"
        )
    }
}

impl fmt::Display for GroupKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kind)?;
        if !self.group.is_empty() {
            write!(formatter, ".{}", self.group)?;
        }
        Ok(())
    }
}
