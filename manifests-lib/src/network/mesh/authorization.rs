//! Who may call whom: by identity in the mesh, by pod in the network.

use std::collections::BTreeSet;

use custom_resources::istio::security::v1 as security;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::model::bundle::Output;
use crate::model::label::{Labels, matching};
use crate::model::origin::Origin;
use crate::network::network_policy;
use crate::values::{Host, Port};

/// A caller that a service admits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Caller {
    pub(crate) namespace: String,
    pub(crate) service_account: String,
    pub(crate) pod_labels: Labels,
}

impl Caller {
    /// The identity that the caller's certificate proves, in the domain of the mesh's identities.
    fn principal(&self, trust_domain: &Host) -> String {
        format!("{trust_domain}/ns/{}/sa/{}", self.namespace, self.service_account)
    }

    /// Where the caller's packets come from.
    pub(crate) fn peer(&self) -> networking::NetworkPolicyPeer {
        network_policy::pods_with(&self.namespace, self.pod_labels.clone())
    }
}

/// Pods, as Istio selects them.
pub(super) fn selector(pod_labels: Labels) -> security::WorkloadSelector {
    security::WorkloadSelector { match_labels: Some(pod_labels) }
}

/// Admits these callers to a port of the pods.
pub(super) fn admission<'a>(
    trust_domain: &Host,
    callers: impl IntoIterator<Item = &'a Caller>,
    port: Port,
) -> security::AuthorizationPolicyRule {
    security::AuthorizationPolicyRule {
        from: Some(vec![security::RuleFrom {
            source: Some(security::FromSource {
                principals: Some(
                    callers.into_iter().map(|caller| caller.principal(trust_domain)).collect(),
                ),
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
    }
}

/// Who is admitted to which port of the pods behind a Service.
pub(crate) struct Admitted<'a> {
    /// Of the policy that admits calls, by identity.
    pub(crate) calls: ObjectMeta,
    /// Of the policy that admits packets, by pod.
    pub(crate) packets: ObjectMeta,
    pub(crate) pods: &'a Labels,
    /// Ports of the pods that have callers.
    pub(crate) ports: Vec<(Port, &'a BTreeSet<Caller>)>,
}

/// Admits the callers of a Service, each to its port; everyone else meets the namespace's default deny.
pub(crate) fn admit(output: &mut Output<'_>, origin: Origin, admitted: Admitted<'_>) {
    let Admitted { calls, packets, pods, ports } = admitted;
    if let Some(trust_domain) = output.conventions.trust_domain() {
        let rule = |(port, callers): &(Port, &'_ BTreeSet<Caller>)| {
            admission(trust_domain, *callers, *port)
        };
        let policy = security::AuthorizationPolicy {
            metadata: calls,
            spec: Some(security::AuthorizationPolicySpec {
                action: Some(security::AuthorizationPolicyAction::Allow),
                rules: Some(ports.iter().map(rule).collect()),
                selector: Some(selector(pods.clone())),
                ..security::AuthorizationPolicySpec::default()
            }),
        };
        output.add(origin, policy);
    }
    output.add(
        origin,
        networking::NetworkPolicy {
            metadata: packets,
            spec: Some(network_policy::only(
                matching(pods.clone()),
                ports
                    .iter()
                    .map(|(port, callers)| {
                        network_policy::admit(callers.iter().map(Caller::peer), [*port])
                    })
                    .collect(),
            )),
        },
    );
}
