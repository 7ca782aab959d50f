//! The gateway itself: where it listens, with which certificate.

use std::collections::BTreeMap;

use custom_resources::k8s::networking::gateway::v1 as api;
use k8s_openapi::api::policy::v1 as policy;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{
    LabelSelector, LabelSelectorRequirement, ObjectMeta,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{Audience, Entrance, Gateway, Limits};
use crate::bundle::{Output, Part};
use crate::label::{label, matching};
use crate::{Bundle, Origin, Port, TlsSecret, port};

/// What a [`Gateway`] is made with: it listens for HTTPS on port 443 and nowhere else.
///
/// Becomes a Gateway, three policies for its [`Limits`] and, with several pods, a PodDisruptionBudget.
///
/// Upstream: <https://gateway-api.sigs.k8s.io/api-types/gateway/>
#[derive(Clone, Debug)]
pub struct GatewayServer<'a> {
    /// The certificate of all its hosts, in the gateway's namespace.
    pub certificate: &'a TlsSecret,
    /// How many pods its class gives it.
    pub replicas: u16,
    /// How requests come to its pods.
    pub entrance: Entrance,
    /// What it takes from one client.
    pub limits: Limits,
}

impl GatewayServer<'_> {
    /// The port that it listens on, to which a node port or load balancer leads.
    pub const PORT: Port = port!(443);
}

impl Bundle {
    /// Makes a gateway.
    ///
    /// The build reports a certificate of another namespace.
    #[track_caller]
    pub fn gateway<A: Audience + Clone + 'static>(
        &self,
        gateway: &Gateway<A>,
        server: GatewayServer<'_>,
    ) {
        let GatewayServer { certificate, replicas, entrance, limits } = server;
        let origin = Origin::here();
        if let Some(mistake) = certificate.missing_in(&gateway.namespace) {
            self.error(origin, mistake);
        }
        self.push(ServerPart {
            origin,
            gateway: gateway.clone(),
            certificate: certificate.clone(),
            replicas,
            entrance,
            limits,
        });
    }
}

struct ServerPart<A> {
    origin: Origin,
    gateway: Gateway<A>,
    certificate: TlsSecret,
    replicas: u16,
    entrance: Entrance,
    limits: Limits,
}

impl<A: Audience> ServerPart<A> {
    fn listener(&self) -> api::GatewayListener {
        api::GatewayListener {
            allowed_routes: Some(api::ListenerAllowedRoutes {
                kinds: None,
                namespaces: Some(self.gateway.namespaces_of_routes()),
            }),
            hostname: None,
            name: "https".to_owned(),
            port: GatewayServer::PORT.into(),
            protocol: "HTTPS".to_owned(),
            tls: Some(api::ListenerTls {
                certificate_refs: Some(vec![api::SecretObjectReference {
                    // Written as the API server completes it: the list is replaced as a whole.
                    group: Some(String::new()),
                    kind: Some("Secret".to_owned()),
                    ..api::SecretObjectReference::required(self.certificate.name.to_string())
                }]),
                mode: Some(api::TlsMode::Terminate),
                ..api::ListenerTls::default()
            }),
        }
    }

    fn disruption_budget(&self) -> policy::PodDisruptionBudget {
        policy::PodDisruptionBudget {
            metadata: metadata(&self.gateway, self.gateway.name.to_string()),
            spec: Some(policy::PodDisruptionBudgetSpec {
                max_unavailable: Some(IntOrString::Int(1)),
                selector: Some(matching(label(
                    "gateway.networking.k8s.io/gateway-name",
                    &self.gateway.name,
                ))),
                ..policy::PodDisruptionBudgetSpec::default()
            }),
            status: None,
        }
    }

    /// What the controller writes to the gateway's Service.
    fn annotations(&self) -> Option<BTreeMap<String, String>> {
        match self.entrance {
            Entrance::NodePort(_) => None,
            Entrance::NetworkLoadBalancer => Some(
                [
                    ("scheme", A::SCHEME),
                    ("nlb-target-type", "ip"),
                    // Otherwise every client would have the load balancer's address, and one rate limit.
                    ("target-group-attributes", "preserve_client_ip.enabled=true"),
                ]
                .map(|(key, value)| {
                    (
                        format!("service.beta.kubernetes.io/aws-load-balancer-{key}"),
                        value.to_owned(),
                    )
                })
                .into(),
            ),
        }
    }
}

impl<A: Audience> Part for ServerPart<A> {
    fn build(&self, output: &mut Output) {
        if let Entrance::NodePort(node_port) = self.entrance {
            output.node_ports.push((node_port, self.origin));
        }
        output.add(
            self.origin,
            api::Gateway {
                metadata: metadata(&self.gateway, self.gateway.name.to_string()),
                spec: api::GatewaySpec {
                    infrastructure: self.annotations().map(|annotations| {
                        api::GatewayInfrastructure {
                            annotations: Some(annotations),
                            ..api::GatewayInfrastructure::default()
                        }
                    }),
                    ..api::GatewaySpec::required(
                        self.gateway.class.to_string(),
                        vec![self.listener()],
                    )
                },
            },
        );
        self.limits.build(output, self.origin, &self.gateway);
        if self.replicas > 1 {
            output.add(self.origin, self.disruption_budget());
        }
    }
}

impl<A> Gateway<A> {
    fn namespaces_of_routes(&self) -> api::AllowedRoutesNamespaces {
        if self.routes_from.is_empty() {
            return api::AllowedRoutesNamespaces {
                from: Some(api::AllowedRoutesNamespacesFrom::Same),
                selector: None,
            };
        }
        let names = [&self.namespace].into_iter().chain(self.routes_from);
        api::AllowedRoutesNamespaces {
            from: Some(api::AllowedRoutesNamespacesFrom::Selector),
            selector: Some(LabelSelector {
                match_expressions: Some(vec![LabelSelectorRequirement {
                    key: "kubernetes.io/metadata.name".to_owned(),
                    operator: "In".to_owned(),
                    values: Some(names.map(ToString::to_string).collect()),
                }]),
                match_labels: None,
            }),
        }
    }
}

/// Metadata of an object beside the gateway.
pub(super) fn metadata<A>(gateway: &Gateway<A>, name: String) -> ObjectMeta {
    ObjectMeta {
        name: Some(name),
        namespace: Some(gateway.namespace.to_string()),
        ..ObjectMeta::default()
    }
}
