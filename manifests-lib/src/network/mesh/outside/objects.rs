//! What a host outside becomes.

use std::rc::Rc;

use custom_resources::istio::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::{CallerOutside, OutsideHost, OutsidePort, OwnWay, Routed};
use crate::check;
use crate::model::bundle::{Output, Part};
use crate::model::error::BuildError;
use crate::model::facts::Facts;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::network::mesh::connection::ConnectionFact;
use crate::network::mesh::egress_gateway::{EgressGateway, MUTUAL_TLS, WayOut};
use crate::network::mesh::gateway::gateway_of;
use crate::network::mesh::{gateway_objects, own_namespace, route};
use crate::outside::Literal;
use crate::values::{Host, Port};

/// The gateway of the sidecars.
const SIDECARS: &str = "mesh";

/// A host that a part declares: the mesh takes one ServiceEntry and one route of it.
struct HostFact {
    host: Host,
    origin: Origin,
    identity: Rc<()>,
}

impl OutsideHost {
    /// `<bundle>-<component>-<host>-<kind>`.
    fn name(&self, kind: &str) -> String {
        if self.short_names.get() {
            return self.component.object_name(kind);
        }
        let host = self.host.as_str().replace('.', "-");
        bounded(self.component.object_name(&format!("{host}-{kind}")))
    }

    /// The first port's objects are named after the host, those of others after their numbers, too.
    fn name_of_port(&self, position: usize, port: &OutsidePort, kind: &str) -> String {
        if position == 0 { self.name(kind) } else { self.name(&format!("{}-{kind}", port.number)) }
    }

    fn subset(&self, position: usize, port: &OutsidePort) -> String {
        let host = if self.short_names.get() {
            self.component.bundle.name.to_string()
        } else {
            self.host.as_str().replace('.', "-")
        };
        bounded(if position == 0 { host } else { format!("{host}-{}", port.number) })
    }

    /// The name that a sidecar asks the gateway for. It stands for a host and a port: the gateway chooses its server by it, and
    /// whether to admit the caller.
    fn server_name(&self, position: usize, port: &OutsidePort) -> String {
        let Self { host, .. } = self;
        if position == 0 { host.to_string() } else { format!("port-{}.{host}", port.number) }
    }

    /// The namespaces of callers; the own one first.
    fn calling(&self) -> Vec<Namespace> {
        let own = &self.component.bundle.namespace;
        let mut all: Vec<Namespace> = Vec::new();
        for port in &*self.ports.borrow() {
            all.extend(port.callers.borrow().values().map(|caller| caller.namespace.clone()));
        }
        all.sort_by_key(|namespace| (namespace != own, namespace.to_string()));
        all.dedup();
        all
    }

    /// Who sees the host: its callers, and the gateway.
    fn visible_in(&self) -> Vec<String> {
        let own = &self.component.bundle.namespace;
        let mut all = self.calling();
        if all.is_empty() {
            all.push(own.clone());
        }
        if let OwnWay::Through(gateway) = &self.way
            && !all.contains(&gateway.namespace)
        {
            all.push(gateway.namespace.clone());
        }
        let written = |namespace: Namespace| {
            if namespace == *own { ".".to_owned() } else { namespace.to_string() }
        };
        all.into_iter().map(written).collect()
    }

    fn service_entry(&self) -> networking::ServiceEntry {
        let name = self.service_entry.borrow().clone();
        let port = |(position, port): (usize, &Rc<OutsidePort>)| networking::ServiceEntryPort {
            name: if position == 0 && self.short_names.get() {
                format!("{}-{}", port.protocol, self.component.bundle.name)
            } else {
                format!("{}-{}", port.protocol, port.number)
            },
            number: port.number.into(),
            protocol: Some(port.protocol.to_uppercase()),
            target_port: None,
        };
        networking::ServiceEntry {
            metadata: self
                .component
                .metadata_named(name.unwrap_or_else(|| self.name("service-entry"))),
            spec: networking::ServiceEntrySpec {
                export_to: Some(self.visible_in()),
                hosts: vec![self.host.to_string()],
                location: Some(networking::ServiceEntryLocation::MeshExternal),
                ports: Some(self.ports.borrow().iter().enumerate().map(port).collect()),
                resolution: Some(networking::ServiceEntryResolution::Dns),
                addresses: None,
                endpoints: None,
                subject_alt_names: None,
                workload_selector: None,
            },
        }
    }

    /// One Gateway for each port: connections are routed by the Gateway that they have come by, and by nothing else.
    fn gateway(
        &self,
        gateway: &EgressGateway,
        position: usize,
        port: &OutsidePort,
    ) -> networking::Gateway {
        let protocol = match port.routed {
            Routed::Request => "HTTPS",
            Routed::ServerName | Routed::Address => "TLS",
        };
        let server = networking::GatewayServer {
            tls: Some(networking::ServerTls {
                mode: Some(networking::ServerTlsMode::IstioMutual),
                ..networking::ServerTls::default()
            }),
            ..networking::GatewayServer::required(
                vec![self.server_name(position, port)],
                networking::ServerPort {
                    name: format!("{}-{}", protocol.to_lowercase(), self.component.bundle.name),
                    number: MUTUAL_TLS.into(),
                    protocol: protocol.to_owned(),
                    target_port: None,
                },
            )
        };
        let pods = gateway_objects::pods(&gateway.selector);
        let metadata = self.component.metadata_named(self.name_of_port(position, port, "gateway"));
        gateway_of(metadata, pods, vec![server])
    }

    /// Two steps for each port: from a sidecar to the gateway, from the gateway to the host.
    fn virtual_service(&self, gateway: &EgressGateway) -> networking::VirtualService {
        let mut spec = networking::VirtualServiceSpec {
            export_to: Some(self.visible_in()),
            ..networking::VirtualServiceSpec::default()
        };
        let mut gateways = Vec::new();
        let mut hosts = Vec::new();
        for (position, port) in self.ports.borrow().iter().enumerate() {
            let own = self.name_of_port(position, port, "gateway");
            let to_gateway = networking::Destination {
                subset: Some(self.subset(position, port)),
                ..route::destination(gateway.host(self.component.conventions()), MUTUAL_TLS)
            };
            let to_host = route::destination(self.host.to_string(), port.number);
            let connection = |gateway: &str, port: Port| networking::TcpMatch {
                gateways: Some(vec![gateway.to_owned()]),
                port: Some(port.into()),
                ..networking::TcpMatch::default()
            };
            let send = |connection, to| networking::VirtualServiceTcp {
                match_: Some(vec![connection]),
                route: Some(vec![networking::TcpRoute::required(to)]),
            };
            match port.routed {
                Routed::Request => {
                    let request = |gateway: &str, port: Port| networking::HttpMatch {
                        gateways: Some(vec![gateway.to_owned()]),
                        port: Some(port.into()),
                        ..networking::HttpMatch::default()
                    };
                    spec.http.get_or_insert_default().extend([
                        route::send(request(SIDECARS, port.number), to_gateway),
                        route::send(request(&own, MUTUAL_TLS), to_host),
                    ]);
                }
                Routed::ServerName => {
                    let named = networking::TlsMatch {
                        gateways: Some(vec![SIDECARS.to_owned()]),
                        port: Some(port.number.into()),
                        ..networking::TlsMatch::required(vec![self.host.to_string()])
                    };
                    spec.tls.get_or_insert_default().push(networking::VirtualServiceTls {
                        route: Some(vec![networking::TcpRoute::required(to_gateway)]),
                        ..networking::VirtualServiceTls::required(vec![named])
                    });
                    spec.tcp
                        .get_or_insert_default()
                        .push(send(connection(&own, MUTUAL_TLS), to_host));
                }
                Routed::Address => spec.tcp.get_or_insert_default().extend([
                    send(connection(SIDECARS, port.number), to_gateway),
                    send(connection(&own, MUTUAL_TLS), to_host),
                ]),
            }
            gateways.push(own);
            hosts.push(self.server_name(position, port));
        }
        gateways.push(SIDECARS.to_owned());
        spec.gateways = Some(gateways);
        spec.hosts = Some(hosts);
        networking::VirtualService {
            metadata: self.component.metadata_named(self.name("virtual-service")),
            spec: Some(spec),
        }
    }

    /// What sidecars of a namespace ask the gateway for. They read rules of their own namespace alone.
    fn destination_rule(
        &self,
        gateway: &EgressGateway,
        namespace: &Namespace,
    ) -> networking::DestinationRule {
        let subset = |(position, port): (usize, &Rc<OutsidePort>)| {
            let own_port = networking::TrafficPolicyPortLevelSetting {
                port: Some(route::number(MUTUAL_TLS)),
                tls: Some(networking::TrafficPolicyTls {
                    sni: Some(self.server_name(position, port)),
                    ..route::mutual_tls()
                }),
                ..networking::TrafficPolicyPortLevelSetting::default()
            };
            networking::DestinationRuleSubset {
                traffic_policy: Some(networking::DestinationRuleTrafficPolicy {
                    port_level_settings: Some(vec![own_port]),
                    ..networking::DestinationRuleTrafficPolicy::default()
                }),
                ..networking::DestinationRuleSubset::required(self.subset(position, port))
            }
        };
        let own = &self.component.bundle.namespace;
        networking::DestinationRule {
            metadata: ObjectMeta {
                namespace: (namespace != own).then(|| namespace.to_string()),
                ..self.component.metadata_named(self.name("destination-rule"))
            },
            spec: Some(networking::DestinationRuleSpec {
                export_to: Some(own_namespace()),
                // Rules of several bundles for one gateway merge by subset; of what stands outside, one would win.
                subsets: Some(self.ports.borrow().iter().enumerate().map(subset).collect()),
                ..networking::DestinationRuleSpec::required(
                    gateway.host(self.component.conventions()),
                )
            }),
        }
    }
}

impl Part for OutsideHost {
    fn declare(&self, declared: &mut Facts) {
        declared.push(HostFact {
            host: self.host.clone(),
            origin: self.origin,
            identity: Rc::clone(&self.identity),
        });
        for port in self.ports.borrow().iter().filter(|port| port.routed == Routed::Address) {
            for CallerOutside { namespace, .. } in port.callers.borrow().values() {
                declared.push(ConnectionFact {
                    host: self.host.to_string(),
                    port: port.number,
                    from: namespace.clone(),
                    origin: port.origin,
                });
            }
        }
        let OwnWay::Through(gateway) = &self.way else { return };
        for (position, port) in self.ports.borrow().iter().enumerate() {
            for (name, caller) in &*port.callers.borrow() {
                declared.push(WayOut {
                    name: name.clone(),
                    caller: caller.caller.clone(),
                    gateway: gateway.clone(),
                    server_name: self.server_name(position, port),
                });
            }
        }
    }

    fn build(&self, output: &mut Output<'_>) {
        let mut all = output.declared.all::<HostFact>().iter();
        if let Some(first) = all.find(|other| other.host == self.host)
            && !Rc::ptr_eq(&first.identity, &self.identity)
        {
            let mistake = declared_twice(&self.host, self.origin, first.origin);
            output.errors.push(mistake);
            return;
        }
        Literal::tell(output.facts, self.host.as_str(), self.host.origin(), self.origin);
        if !output.conventions.has_mesh() {
            // The NetworkPolicies of the callers are all there is to the way to addresses.
            if let OwnWay::Through(gateway) = &self.way {
                let what = format!(
                    "{} is reached through the gateway {} of a mesh (without one, to addresses: `Way::To(&[cidr!(…)])`)",
                    self.host, gateway.name
                );
                output.errors.push(check::needs_mesh(self.origin, &what));
            }
            return;
        }
        let is_own = |fact: &ConnectionFact| fact.host == self.host.as_str();
        output.errors.extend(ConnectionFact::indistinct(output.declared, is_own));
        output.add(self.origin, self.service_entry());
        let OwnWay::Through(gateway) = &self.way else { return };
        for (position, port) in self.ports.borrow().iter().enumerate() {
            output.add(port.origin, self.gateway(gateway, position, port));
        }
        output.add(self.origin, self.virtual_service(gateway));
        for namespace in self.calling() {
            output.add(self.origin, self.destination_rule(gateway, &namespace));
        }
    }
}

fn declared_twice(host: &Host, origin: Origin, first: Origin) -> BuildError {
    BuildError::new(
        Rule::DuplicateExternalService,
        origin,
        format!(
            "{host} is declared twice, and the mesh would take one of both for all of its ports: declare it once, let every caller \
             take the handle, and add ports to it (another_port)"
        ),
    )
    .related([first])
}

/// The longest name that Istio takes of a gateway or a subset.
const LONGEST: usize = 63;

/// The name or, where it is too long, its beginning and what tells it from others that begin so.
fn bounded(name: String) -> String {
    if name.len() <= LONGEST {
        return name;
    }
    // FNV-1a: the same on every machine and in every release.
    let hash = name
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let beginning = name.get(..LONGEST - 9).unwrap_or_default().trim_end_matches('-');
    format!("{beginning}-{hash:08x}")
}
