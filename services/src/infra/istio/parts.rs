//! What the parts of the mesh have in common: names, and what the control plane writes itself.

use k8s_openapi::api::admissionregistration::v1 as admission;
use manifests_lib::delivery::gitops::IgnoredDifference;
use manifests_lib::model::{GroupKind, Namespace};
use manifests_lib::network::mesh::IngressGateway;
use manifests_lib::prelude::*;
use manifests_lib::values::ChartVersion;

/// The tag of the control plane whose sidecars the namespaces get.
pub(super) const REVISION: Name = name!("default");

/// Where the control plane runs.
pub(super) const SYSTEM: Namespace = Namespace::new(name!("istio-system"));

/// Where requests from outside enter.
pub(super) const INGRESS: IngressGateway = IngressGateway {
    name: name!("istio-ingressgateway"),
    namespace: Namespace::new(name!("istio-ingress")),
    selector: name!("ingressgateway"),
};

/// Where requests to the outside leave.
pub(super) const EGRESS: EgressGateway = EgressGateway {
    name: name!("istio-egressgateway"),
    namespace: Namespace::new(name!("istio-egress")),
    selector: name!("egressgateway"),
};

/// The control planes of the mesh. Each is a revision, named after its release: `1-30-3` of 1.30.3.
///
/// Upstream: <https://istio.io/latest/docs/setup/upgrade/canary/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revisions {
    /// The release that the types of its values come from.
    Stable,
    /// While the mesh is upgraded, as `docs/upgrading-istio.md` tells: all pods stay with the release that ran before, and
    /// the one that the types of the values come from runs beside it for the pods that ask for it by name.
    Canary {
        /// The release that ran before.
        stable: ChartVersion,
    },
}

/// What the control plane writes into the webhooks that check objects, once it can serve them: until then the API server lets
/// everything pass.
pub(super) fn validating_webhooks() -> IgnoredDifference {
    IgnoredDifference {
        kind: GroupKind::of::<admission::ValidatingWebhookConfiguration>(),
        name: None,
        fields: vec![CA_BUNDLE, ".webhooks[]?.failurePolicy"],
    }
}

/// What the control plane writes into the webhooks that add proxies to pods.
pub(super) fn mutating_webhooks() -> IgnoredDifference {
    IgnoredDifference {
        kind: GroupKind::of::<admission::MutatingWebhookConfiguration>(),
        name: None,
        fields: vec![CA_BUNDLE],
    }
}

const CA_BUNDLE: &str = ".webhooks[]?.clientConfig.caBundle";
