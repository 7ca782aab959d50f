//! What holds for a whole namespace: nobody calls without admission, mutual TLS only, and who scrapes.

use custom_resources::istio::security::v1 as security;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::named;
use crate::model::bundle::Bundle;
use crate::model::namespace::Namespace;
use crate::network::network_policy;
use crate::values::{Name, Port};

/// The pods that scrape the proxies of a namespace.
#[derive(Clone, Debug)]
pub struct MetricsScraper<'a> {
    /// Namespace of the pods.
    pub namespace: &'a Namespace,
    /// Their label `app.kubernetes.io/name`.
    pub app_name: Name,
}

/// Where a sidecar serves merged metrics and its own; it takes both without the mesh's identity.
///
/// Upstream: <https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio>
const METRICS: [Port; 2] = [MetricsScraper::MERGED, port!(15090)];

impl MetricsScraper<'_> {
    /// Where a sidecar serves the metrics of its application, its agent and its proxy as one.
    ///
    /// Upstream: <https://istio.io/latest/docs/ops/integrations/prometheus/#option-1-metrics-merging>
    pub const MERGED: Port = port!(15020);
}

impl Bundle {
    /// Refuses every call into the bundle's namespace that no service admits; scraping the proxies stays possible.
    ///
    /// Becomes an AuthorizationPolicy without rules and two NetworkPolicies.
    ///
    /// Upstream: <https://istio.io/latest/docs/concepts/security/#authorization-policies>
    #[track_caller]
    pub fn deny_by_default(&self, scraper: &MetricsScraper<'_>) {
        self.add(security::AuthorizationPolicy {
            metadata: named("default-deny"),
            // No rule admits anybody: an ALLOW policy without rules matches no request.
            spec: Some(security::AuthorizationPolicySpec::default()),
        });
        self.add(networking::NetworkPolicy {
            metadata: named("default-deny"),
            spec: Some(networking::NetworkPolicySpec {
                ingress: None,
                ..network_policy::only(LabelSelector::default(), Vec::new())
            }),
        });
        let prometheus = network_policy::pods_of(scraper.namespace, &scraper.app_name);
        self.add(networking::NetworkPolicy {
            metadata: named("metrics"),
            spec: Some(network_policy::only(
                LabelSelector::default(),
                vec![network_policy::admit([prometheus], METRICS)],
            )),
        });
    }

    /// Lets pods of the bundle's namespace talk to each other by mutual TLS only.
    ///
    /// Upstream: <https://istio.io/latest/docs/reference/config/security/peer_authentication/>
    #[track_caller]
    pub fn strict_mutual_tls(&self) {
        self.add(security::PeerAuthentication {
            metadata: named("peer-authentication"),
            spec: Some(security::PeerAuthenticationSpec {
                mtls: Some(security::PeerAuthenticationMtls {
                    mode: Some(security::MtlsMode::Strict),
                }),
                ..security::PeerAuthenticationSpec::default()
            }),
        });
    }
}
