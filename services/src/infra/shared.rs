//! What the tools share: their team, and the bundle with their namespaces.

use manifests_lib::model::{Injection, Namespace, NamespaceRules, PodSecurity};
use manifests_lib::prelude::*;

/// The infrastructure team. Each tool starts its bundles and declares its namespaces here.
pub(crate) struct Infra {
    pub(crate) team: Team,
    namespaces: Bundle,
}

impl Infra {
    pub(crate) fn new(team: Team) -> Self {
        let namespaces = team.bundle(name!("infra-shared"), &Namespace::KUBE_SYSTEM);
        // Here, because nothing is deployed before the namespaces.
        namespaces.require_sidecars();
        Self { team, namespaces }
    }

    /// Declares a namespace outside the mesh: its pods get no sidecars.
    #[track_caller]
    pub(crate) fn namespace(&self, namespace: &Namespace, pod_security: PodSecurity) {
        let rules = NamespaceRules { injection: Injection::None, pod_security };
        self.namespaces.create_namespace(namespace, &rules);
    }

    /// Declares a namespace of the mesh.
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
