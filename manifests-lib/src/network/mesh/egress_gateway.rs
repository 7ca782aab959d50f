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
use crate::check;
use crate::model::bundle::{Bundle, Output, Part};
use crate::model::conventions::Conventions;
use crate::model::label::Labels;
use crate::model::metadata::named;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::network::network_policy;
use crate::observability::prometheus::Prometheus;
use crate::values::{Name, Port};

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

/// An egress gateway, whose pods a chart makes. Nobody leaves by it but who calls an [`ExternalService`](super::ExternalService),
/// each to its own hosts and ports.
///
/// Becomes its Service, an AuthorizationPolicy without rules and one for every component that leaves by it, and a NetworkPolicy that
/// admits their pods, and Prometheus to the proxy's metrics.
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

/// A component that leaves the mesh for a port of a host.
pub(super) struct WayOut {
    /// Name of the component's policy.
    pub(super) name: String,
    pub(super) caller: Caller,
    /// What its sidecar asks the gateway for.
    pub(super) server_name: String,
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
        let Some(trust_domain) = output.conventions.trust_domain() else {
            let what = format!("the pods of the gateway {name} are proxies of a mesh");
            output.errors.push(check::needs_mesh(self.origin, &what));
            return;
        };
        // In an order that does not depend on who was written first.
        let mut ways: BTreeMap<&str, (&Caller, BTreeSet<&str>)> = BTreeMap::new();
        for way in output.declared.all::<WayOut>().iter().filter(|it| it.gateway == self.gateway) {
            let (_, names) = ways.entry(&way.name).or_insert((&way.caller, BTreeSet::new()));
            names.insert(&way.server_name);
        }
        let https = gateway_objects::port("https", MUTUAL_TLS);
        output.add(self.origin, gateway_objects::cluster_ip(name, &self.pods(), [https]));

        let callers: BTreeSet<&Caller> = ways.values().map(|(caller, _)| *caller).collect();
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
        for (name, (caller, server_names)) in ways {
            // The gateway chooses its server, and with it the host outside, by the name that the sidecar asks for.
            let rule = security::AuthorizationPolicyRule {
                when: Some(vec![security::RuleWhen {
                    key: "connection.sni".to_owned(),
                    values: Some(server_names.into_iter().map(str::to_owned).collect()),
                    not_values: None,
                }]),
                ..admission(trust_domain, [caller], MUTUAL_TLS)
            };
            output.add(self.origin, self.policy(named(name), Some(vec![rule])));
        }
    }
}
