//! What the tools share: their team, and the bundle that their namespaces stand in.

use manifests_lib::model::{Injection, Namespace, NamespaceRules, PodSecurity};
use manifests_lib::prelude::*;

/// The team of the infrastructure. Each tool starts its bundles here and declares its namespaces.
pub(crate) struct Infra {
    pub(crate) team: Team,
    namespaces: Bundle,
}

impl Infra {
    pub(crate) fn new(team: Team) -> Self {
        let namespaces = team.bundle(name!("infra-shared"), &Namespace::KUBE_SYSTEM);
        Self { team, namespaces }
    }

    /// Declares a namespace whose pods have no sidecar.
    #[track_caller]
    pub(crate) fn namespace(&self, namespace: &Namespace, pod_security: PodSecurity) {
        let rules = NamespaceRules { injection: Injection::None, pod_security };
        self.namespaces.create_namespace(namespace, &rules);
    }

    /// Declares a namespace that belongs to the mesh.
    #[track_caller]
    pub(crate) fn meshed_namespace(
        &self,
        namespace: &Namespace,
        revision: Name,
        pod_security: PodSecurity,
    ) {
        let rules = NamespaceRules { injection: Injection::Revision(revision), pod_security };
        self.namespaces.create_namespace(namespace, &rules);
    }

    /// Starts a bundle.
    #[track_caller]
    pub(crate) fn bundle(&self, name: Name, namespace: &Namespace) -> Bundle {
        self.team.bundle(name, namespace)
    }
}
