//! The egress gateway: where requests leave the mesh, and who may leave by it.

use std::collections::{BTreeMap, BTreeSet};

use custom_resources::istio::security::v1 as security;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::Caller;
use super::authorization::{admission, selector};
use super::gateway_objects;
use super::namespace_rules::metrics_to;
use crate::model::bundle::{Bundle, Output, Part};
use crate::model::conventions::Conventions;
use crate::model::label::Labels;
use crate::model::metadata::named;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::network::network_policy;
use crate::observability::prometheus::Prometheus;
use crate::values::{Host, Name, Port};

/// The pods through which requests leave the mesh, as others refer to them.
///
/// Upstream: <https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressGateway {
    /// Name of its Service: `name!("egress-gateway")`.
    pub name: Name,
    /// Where its pods run: `Namespace::new(name!("istio-egress"))`.
    pub namespace: Namespace,
    /// Value of the label `istio` of its pods: `name!("egress")`.
    pub selector: Name,
}

/// Where a sidecar reaches the egress gateway: port 443 of its Service, by mutual TLS.
pub(super) const MUTUAL_TLS: Port = port!(443);

impl EgressGateway {
    pub(super) fn host(&self, conventions: &Conventions) -> String {
        conventions.host(&self.name, &self.namespace)
    }
}

/// An egress gateway, whose pods a chart makes. Nobody leaves by it but who declares an [`Egress`](super::Egress), each to its own
/// host.
///
/// Becomes its Service, an AuthorizationPolicy without rules and one for every way out, and a NetworkPolicy that admits
/// the pods that declare one, and Prometheus to the proxy's metrics.
///
/// Upstream: <https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/>
#[derive(Clone)]
pub struct EgressGatewaySpec<'a> {
    /// The gateway.
    pub gateway: &'a EgressGateway,
    /// What scrapes its proxies.
    pub prometheus: &'a Prometheus,
}

/// What belongs to an egress gateway beside its pods.
#[derive(Clone)]
pub struct EgressGatewayHandle {
    made: Made,
}

patchable! {
    EgressGatewayHandle {
        made: core::Service, networking::NetworkPolicy, security::AuthorizationPolicy;
    }
}

impl Bundle {
    /// Adds what belongs to an egress gateway beside its pods.
    #[track_caller]
    pub fn egress_gateway(&self, spec: EgressGatewaySpec<'_>) -> EgressGatewayHandle {
        let EgressGatewaySpec { gateway, prometheus } = spec;
        let made = self.push(EgressPart {
            origin: Origin::here(),
            gateway: gateway.clone(),
            prometheus: prometheus.clone(),
        });
        EgressGatewayHandle { made }
    }
}

/// A component that leaves the mesh.
pub(super) struct WayOut {
    /// Name of its policy.
    pub(super) name: String,
    pub(super) caller: Caller,
    pub(super) host: Host,
    pub(super) gateway: EgressGateway,
}

struct EgressPart {
    origin: Origin,
    gateway: EgressGateway,
    prometheus: Prometheus,
}

impl EgressPart {
    fn policy(
        &self,
        metadata: ObjectMeta,
        rules: Option<Vec<security::AuthorizationPolicyRule>>,
    ) -> security::AuthorizationPolicy {
        security::AuthorizationPolicy {
            metadata,
            spec: Some(security::AuthorizationPolicySpec {
                action: Some(security::AuthorizationPolicyAction::Allow),
                rules,
                selector: Some(selector(self.pods())),
                ..security::AuthorizationPolicySpec::default()
            }),
        }
    }

    fn pods(&self) -> Labels {
        gateway_objects::pods(&self.gateway.selector)
    }
}

impl Part for EgressPart {
    fn build(&self, output: &mut Output<'_>) {
        let EgressGateway { name, .. } = &self.gateway;
        let ways = output.declared.all::<WayOut>().iter();
        // In an order that does not depend on who was written first.
        let ways: BTreeMap<&str, &WayOut> = ways
            .filter(|way| way.gateway == self.gateway)
            .map(|way| (way.name.as_str(), way))
            .collect();
        let https = gateway_objects::port("https", MUTUAL_TLS);
        output.add(self.origin, gateway_objects::cluster_ip(name, &self.pods(), [https]));

        let callers: BTreeSet<&Caller> = ways.values().map(|way| &way.caller).collect();
        let mut admitted = Vec::new();
        // A rule without a caller would admit everybody.
        if !callers.is_empty() {
            let peers = callers.into_iter().map(Caller::peer);
            admitted.push(network_policy::admit(peers, [MUTUAL_TLS]));
        }
        admitted.push(metrics_to(&self.prometheus));
        output.add(self.origin, gateway_objects::network_policy(name, &self.pods(), admitted));

        // No rule admits anybody: an ALLOW policy without rules matches no request.
        output.add(self.origin, self.policy(named(name), None));
        let Some(trust_domain) = output.conventions.trust_domain() else { return };
        for way in ways.into_values() {
            // The gateway chooses its server, and with it the host outside, by the name that the sidecar asks for.
            let rule = security::AuthorizationPolicyRule {
                when: Some(vec![security::RuleWhen {
                    key: "connection.sni".to_owned(),
                    values: Some(vec![way.host.to_string()]),
                    not_values: None,
                }]),
                ..admission(trust_domain, [&way.caller], MUTUAL_TLS)
            };
            output.add(self.origin, self.policy(named(&way.name), Some(vec![rule])));
        }
    }
}
