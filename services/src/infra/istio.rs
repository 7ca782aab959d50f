//! Istio: the mesh and its gateways.
//!
//! Names of outside hosts are captured by the ProxyConfig of the namespace that needs it (`app-shared`), not here: gateways
//! have no use for it.

mod base;
mod cni;
mod gateway;
mod istiod;

use k8s_openapi::api::admissionregistration::v1 as admission;
use manifests_lib::delivery::gitops::IgnoredDifference;
use manifests_lib::model::{Bundle, GroupKind, Namespace};
use manifests_lib::name;
use manifests_lib::network::mesh::{EgressGateway, IngressGateway};
use manifests_lib::values::{ChartVersion, Name};

use crate::deploy::argocd;
use crate::environment::Environment;

/// The tag of the control plane whose sidecars the namespaces get.
pub(crate) const REVISION: Name = name!("default");

/// Where the control plane runs.
pub(crate) const SYSTEM: Namespace = Namespace::new(name!("istio-system"));

/// Where requests from outside enter.
pub(crate) const INGRESS: IngressGateway = IngressGateway {
    name: name!("istio-ingressgateway"),
    namespace: Namespace::new(name!("istio-ingress")),
    selector: name!("ingressgateway"),
};

/// Where requests to the outside leave.
pub(crate) const EGRESS: EgressGateway = EgressGateway {
    name: name!("istio-egressgateway"),
    namespace: Namespace::new(name!("istio-egress")),
    selector: name!("egressgateway"),
};

/// How an environment runs the mesh.
#[derive(Clone, Debug)]
pub struct Mesh {
    /// Which control planes run.
    pub revisions: Revisions,
    /// Pods of each control plane and of each gateway. From two on, one of them at a time may be evicted.
    pub replicas: u16,
}

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

/// The Applications of the mesh.
pub(crate) fn bundle(env: &Environment) -> Bundle {
    let istio = Bundle::new(name!("istio"), &argocd::NAMESPACE, &env.name);
    let base = base::bundle(env);
    let istiod = istiod::stable(env);
    let canary = istiod::canary(env);
    let cni = cni::bundle(env);
    let ingress = gateway::ingress(env);
    let egress = gateway::egress(env);
    // The pods of a gateway have no image until the control plane's webhook has given them one.
    ingress.after(&istiod);
    egress.after(&istiod);
    if let Some(canary) = &canary {
        canary.after(&base);
    }
    istio.applications([base, istiod, cni, ingress, egress]);
    istio.applications(canary);
    istio
}

/// What the control plane writes into the webhooks that check objects, once it can serve them: until then the API server lets
/// everything pass.
fn validating_webhooks() -> IgnoredDifference {
    IgnoredDifference {
        kind: GroupKind::of::<admission::ValidatingWebhookConfiguration>(),
        name: None,
        fields: vec![CA_BUNDLE, ".webhooks[]?.failurePolicy"],
    }
}

/// What the control plane writes into the webhooks that add proxies to pods.
fn mutating_webhooks() -> IgnoredDifference {
    IgnoredDifference {
        kind: GroupKind::of::<admission::MutatingWebhookConfiguration>(),
        name: None,
        fields: vec![CA_BUNDLE],
    }
}

const CA_BUNDLE: &str = ".webhooks[]?.clientConfig.caBundle";
