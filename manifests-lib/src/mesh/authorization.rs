//! Who may call whom: told to the mesh by identity and to the network by pod.

use std::collections::BTreeSet;

use custom_resources::istio::security::v1 as security;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::named;
use crate::bundle::Output;
use crate::label::{Labels, matching};
use crate::{Bundle, Component, Name, Namespace, Origin, Port, network_policy, port};

/// Somebody who may call a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Caller {
    pub(crate) namespace: String,
    pub(crate) service_account: String,
    pub(crate) pod_labels: Labels,
}

impl Caller {
    /// The identity that the caller's certificate proves.
    fn principal(&self) -> String {
        format!("cluster.local/ns/{}/sa/{}", self.namespace, self.service_account)
    }

    /// Where the caller's packets come from.
    pub(crate) fn peer(&self) -> networking::NetworkPolicyPeer {
        network_policy::pods_with(&self.namespace, self.pod_labels.clone())
    }
}

/// The pods of a component, as Istio selects them.
fn selector(pod_labels: Labels) -> security::WorkloadSelector {
    security::WorkloadSelector { match_labels: Some(pod_labels) }
}

/// Admits the callers of one service to its pods' port; everyone else meets the namespace's default deny.
pub(crate) fn admit(
    output: &mut Output,
    origin: Origin,
    component: &Component,
    pod_labels: &Labels,
    port: Port,
    callers: &BTreeSet<Caller>,
) {
    let rule = security::AuthorizationPolicyRule {
        from: Some(vec![security::RuleFrom {
            source: Some(security::FromSource {
                principals: Some(callers.iter().map(Caller::principal).collect()),
                ..security::FromSource::default()
            }),
        }]),
        to: Some(vec![security::RuleTo {
            operation: Some(security::ToOperation {
                ports: Some(vec![port.to_string()]),
                ..security::ToOperation::default()
            }),
        }]),
        when: None,
    };
    output.add(
        origin,
        security::AuthorizationPolicy {
            metadata: component.metadata("authorization-policy"),
            spec: Some(security::AuthorizationPolicySpec {
                action: Some(security::AuthorizationPolicyAction::Allow),
                rules: Some(vec![rule]),
                selector: Some(selector(pod_labels.clone())),
                ..security::AuthorizationPolicySpec::default()
            }),
        },
    );
    output.add(
        origin,
        networking::NetworkPolicy {
            metadata: component.metadata("network-policy"),
            spec: Some(network_policy::only(
                matching(pod_labels.clone()),
                vec![network_policy::admit(callers.iter().map(Caller::peer), [port])],
            )),
        },
    );
}

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
