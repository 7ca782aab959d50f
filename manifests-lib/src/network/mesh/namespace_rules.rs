//! What holds for a whole namespace: no call without admission, mutual TLS only, and scraping.

use custom_resources::istio::security::v1 as security;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::model::bundle::{Added, Bundle, Output, Part};
use crate::model::facts::Facts;
use crate::model::metadata::named;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::network::network_policy;
use crate::network::outbound::DeniedByDefault;
use crate::observability::prometheus::Prometheus;
use crate::values::Port;

/// Where a sidecar serves the metrics of its application, its agent and its proxy as one.
///
/// Upstream: <https://istio.io/latest/docs/ops/integrations/prometheus/#option-1-metrics-merging>
pub const MERGED_METRICS: Port = port!(15020);

/// Where a sidecar serves merged metrics and its own; it takes both without the mesh's identity.
///
/// Upstream: <https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio>
const METRICS: [Port; 2] = [MERGED_METRICS, port!(15090)];

/// What denies by default in a namespace, of [`Bundle::deny_by_default`].
#[derive(Clone)]
pub struct DefaultDenyHandle {
    made: Made,
}

patchable! {
    DefaultDenyHandle { made: security::AuthorizationPolicy, networking::NetworkPolicy; }
}

impl Bundle {
    /// Refuses every call into the bundle's namespace that no service admits, and everything that leaves its pods and that no component
    /// declares; scraping the proxies stays possible.
    ///
    /// Becomes an AuthorizationPolicy without rules and two NetworkPolicies here, and for each component of the namespace that runs pods
    /// a NetworkPolicy of what leaves them and a Sidecar of what their proxies know: DNS, what is [open to the
    /// mesh](crate::network::ToolPods::open_to_mesh), and what the component calls. Without a mesh, the NetworkPolicies alone, and
    /// this Prometheus is the one that reads the [metrics](crate::workload::ContainerHandle::metrics) of the namespace's programs.
    ///
    /// Where Istio is there before the platform, a bundle in its namespace opens istiod's port 15012 to the mesh, and admits the API
    /// server to its webhook: otherwise no proxy gets its configuration, and no pod becomes ready.
    ///
    /// Upstream: <https://istio.io/latest/docs/concepts/security/#authorization-policies>
    #[track_caller]
    pub fn deny_by_default(&self, prometheus: &Prometheus) -> DefaultDenyHandle {
        let (origin, prometheus) = (Origin::here(), prometheus.clone());
        prometheus.refuse_in_another_platform(self, origin);
        prometheus.reads_namespace(self.namespace());
        DefaultDenyHandle {
            made: self.push(Denial { origin, namespace: self.namespace().clone(), prometheus }),
        }
    }

    /// Lets pods of the bundle's namespace talk to each other by mutual TLS only. In the namespace of the control plane it holds
    /// for every pod of the mesh.
    ///
    /// Upstream: <https://istio.io/latest/docs/reference/config/security/peer_authentication/>
    #[track_caller]
    pub fn strict_mutual_tls(&self) -> Added<security::PeerAuthentication> {
        self.add(security::PeerAuthentication {
            metadata: named("peer-authentication"),
            spec: Some(security::PeerAuthenticationSpec {
                mtls: Some(security::PeerAuthenticationMtls {
                    mode: Some(security::MtlsMode::Strict),
                }),
                ..security::PeerAuthenticationSpec::default()
            }),
        })
    }
}

/// Admits Prometheus to the metrics of a proxy.
pub(super) fn metrics_to(prometheus: &Prometheus) -> networking::NetworkPolicyIngressRule {
    network_policy::admit([prometheus.pods().peer()], METRICS)
}

struct Denial {
    origin: Origin,
    namespace: Namespace,
    prometheus: Prometheus,
}

impl Part for Denial {
    fn build(&self, output: &mut Output<'_>) {
        let Self { origin, prometheus, .. } = self;
        if output.conventions.has_mesh() {
            let nobody = security::AuthorizationPolicy {
                metadata: named("default-deny"),
                // No rule admits anybody: an ALLOW policy without rules matches no request.
                spec: Some(security::AuthorizationPolicySpec::default()),
            };
            output.add(*origin, nobody);
        }
        let policy = |name: &str, spec| networking::NetworkPolicy {
            metadata: named(name),
            spec: Some(spec),
        };
        let nothing = network_policy::nothing(["Ingress", "Egress"]);
        output.add(*origin, policy("default-deny", nothing));
        if output.conventions.has_mesh() {
            let metrics =
                network_policy::only(LabelSelector::default(), vec![metrics_to(prometheus)]);
            output.add(*origin, policy("metrics", metrics));
        }
    }

    fn declare(&self, declared: &mut Facts) {
        let (namespace, scraper) = (self.namespace.clone(), self.prometheus.pods());
        declared.push(DeniedByDefault { namespace, scraper });
    }
}
