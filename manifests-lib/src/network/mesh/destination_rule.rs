//! What holds for whoever calls a Service: mutual TLS, limits, and pods that are left out.

use std::collections::BTreeSet;
use std::rc::Rc;

use custom_resources::istio::networking::v1 as networking;

use super::own_namespace;
use super::route::{mutual_tls, number};
use crate::model::bundle::{Output, Part};
use crate::model::origin::Origin;
use crate::network::service::{ServicePort, ServiceState};

/// The DestinationRule of a Service. Of two for one host the mesh takes one, so that its ports share it.
pub(super) struct DestinationRulePart {
    pub(super) origin: Origin,
    pub(super) service: Rc<ServiceState>,
}

impl Part for DestinationRulePart {
    fn build(&self, output: &mut Output<'_>) {
        if !output.conventions.has_mesh() {
            return;
        }
        let service = &self.service;
        let ports: Vec<_> = service.ports().iter().filter_map(of_port).collect();
        output.add(
            self.origin,
            networking::DestinationRule {
                metadata: service.metadata("destination-rule"),
                spec: Some(networking::DestinationRuleSpec {
                    export_to: Some(visible_in(service)),
                    traffic_policy: Some(networking::DestinationRuleTrafficPolicy {
                        port_level_settings: (!ports.is_empty()).then_some(ports),
                        tls: Some(mutual_tls()),
                        ..networking::DestinationRuleTrafficPolicy::default()
                    }),
                    ..networking::DestinationRuleSpec::required(service.host())
                }),
            },
        );
    }
}

/// What a port has of its own. It replaces what holds for the host, mutual TLS too.
fn of_port(port: &ServicePort) -> Option<networking::TrafficPolicyPortLevelSetting> {
    let (connection_pool, outlier_detection) = port.route().traffic_policy();
    (connection_pool.is_some() || outlier_detection.is_some()).then(|| {
        networking::TrafficPolicyPortLevelSetting {
            connection_pool,
            outlier_detection,
            port: Some(number(port.port())),
            tls: Some(mutual_tls()),
            ..networking::TrafficPolicyPortLevelSetting::default()
        }
    })
}

/// The namespaces of the Service, of its gateways, and of who takes its routes in the mesh.
fn visible_in(service: &Rc<ServiceState>) -> Vec<String> {
    let mut visible = namespaces_of_callers(service);
    for gateway in service.routes().gateways() {
        let namespace = gateway.namespace.to_string();
        if !visible.contains(&namespace) {
            visible.push(namespace);
        }
    }
    visible
}

/// The namespaces of the Service and of who takes its routes in the mesh.
pub(super) fn namespaces_of_callers(service: &Rc<ServiceState>) -> Vec<String> {
    let own = service.namespace().to_string();
    let gateways = service.routes().gateways();
    let routed = service.ports().into_iter().filter(|port| port.route().is_added());
    let others: BTreeSet<String> = routed
        .flat_map(|port| port.callers())
        .filter(|caller| !gateways.iter().any(|gateway| gateway.is(caller)))
        .map(|caller| caller.namespace)
        .filter(|namespace| *namespace != own)
        .collect();
    own_namespace().into_iter().chain(others).collect()
}
