//! What the parts of the mesh share: names, and the fields that the control plane writes itself.

use k8s_openapi::api::admissionregistration::v1 as admission;
use manifests_lib::delivery::gitops::IgnoredDifference;
use manifests_lib::model::{GroupKind, Namespace};
use manifests_lib::network::mesh::IngressGateway;
use manifests_lib::prelude::*;
use manifests_lib::values::ChartVersion;

/// Revision tag of the control plane that injects sidecars into namespaces.
pub(super) const REVISION: Name = name!("default");

/// Namespace of the control plane.
pub(super) const SYSTEM: Namespace = Namespace::new(name!("istio-system"));

/// Namespace of the network plugin: the one part of the mesh that changes nodes, apart from the one that holds the mesh's key.
pub(super) const CNI: Namespace = Namespace::new(name!("istio-cni"));

/// Entry of requests from outside.
pub(super) const INGRESS: IngressGateway = IngressGateway {
    name: name!("istio-ingressgateway"),
    namespace: Namespace::new(name!("istio-ingress")),
    selector: name!("ingressgateway"),
};

/// Exit of requests to the outside.
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
    /// One: the release that the types of the chart's values come from.
    Stable,
    /// Two, during an upgrade as described in `docs/upgrading-istio.md`: all pods stay with the release that ran before; the one
    /// that the types of the values come from runs beside it, for pods that select its revision.
    Canary {
        /// The release that ran before.
        stable: ChartVersion,
    },
}

/// Fields of the validating webhooks that the control plane writes once it can serve them: until then the API server admits
/// everything.
pub(super) fn validating_webhooks() -> IgnoredDifference {
    IgnoredDifference {
        kind: GroupKind::of::<admission::ValidatingWebhookConfiguration>(),
        name: None,
        fields: vec![CA_BUNDLE, ".webhooks[]?.failurePolicy"],
    }
}

/// The field of the webhooks for sidecar injection that the control plane writes.
pub(super) fn mutating_webhooks() -> IgnoredDifference {
    IgnoredDifference {
        kind: GroupKind::of::<admission::MutatingWebhookConfiguration>(),
        name: None,
        fields: vec![CA_BUNDLE],
    }
}

const CA_BUNDLE: &str = ".webhooks[]?.clientConfig.caBundle";
