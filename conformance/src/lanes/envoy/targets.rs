//! Everything that can be called, and how: ports of pods, ports of gateways, and hosts outside of the cluster.

use std::collections::BTreeMap;

use serde_json::Value;

use super::played::target_port;
use super::player::{Answer, Call, Protocol};
use super::pods::{Planned, Role, UNDECLARED, labels, of_kind, outside, texts};
use super::world::{Pod, World};
use crate::rendered::{Object, Rendered};

/// The domain of Services.
const DOMAIN: &str = "svc.cluster.local";

/// The ports that Prometheus scrapes of a proxy: of its agent, which adds its own, and of Envoy.
pub const METRICS: [u16; 2] = [15020, 15090];

/// Something that can be called.
#[derive(Clone, Debug)]
pub struct Target {
    /// How reports call it: `account-app:8080`.
    pub name: String,
    /// Who has to answer; none where it is no player, and success is enough.
    pub answers: Option<String>,
    /// How pods of the mesh call it: by the name of its Service, where it has one.
    pub from_mesh: Call,
    /// How all others call it: by the address.
    pub from_elsewhere: Call,
    /// The connections that a call consists of.
    pub way: Way,
    /// Whether a port of the nodes leads there.
    pub has_node_port: bool,
}

/// Which connections there are between who calls and who answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// One.
    Straight(Hop),
    /// One to a gateway, and one from there.
    Through(Hop, Hop),
    /// Through an egress gateway for pods of the mesh, straight for all others.
    Out(Hop, Hop),
}

/// Where a connection leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The pod.
    pub pod: String,
    /// Its port.
    pub port: u16,
}

impl Target {
    /// Whether an answer means that the call was admitted.
    pub fn is_answered(&self, answer: &Answer) -> bool {
        match &self.answers {
            Some(pod) => answer.is_from(pod),
            None => answer.status == Some(200),
        }
    }
}

/// All of them.
pub fn targets(world: &World<'_>, rendered: &Rendered) -> Vec<Target> {
    let mut targets = Vec::new();
    for pod in &world.pods {
        let planned = &pod.planned;
        match planned.role {
            Role::Workload | Role::Plain => {
                targets.extend(planned.ports.iter().map(|(_, port)| of_pod(world, pod, *port)));
            }
            Role::Gateway => targets.extend(of_gateway(world, &rendered.objects, pod)),
            Role::Stranger | Role::Double | Role::Outside => {}
        }
        if matches!(planned.role, Role::Workload | Role::Gateway) {
            targets.extend(METRICS.map(|port| metrics(pod, port)));
        }
    }
    for (host, ports) in outside(&rendered.objects) {
        targets.extend(ports.iter().map(|port| of_host(world, &rendered.objects, &host, *port)));
    }
    targets.extend([80, 443].map(|port| of_host(world, &rendered.objects, UNDECLARED, port)));
    targets
}

/// The name of a target.
pub fn name(pod: &str, port: u16) -> String {
    format!("{pod}:{port}")
}

fn call(host: impl ToString, port: u16, protocol: Protocol) -> Call {
    let path = match protocol {
        Protocol::Grpc => "/conformance.Pods/Ask",
        _ => "/",
    };
    let (host, path) = (host.to_string(), path.to_owned());
    Call { host, port, protocol, authority: None, path, headers: BTreeMap::new() }
}

/// A port of a pod, by the Service that leads there.
fn of_pod(world: &World<'_>, pod: &Pod, port: u16) -> Target {
    let planned = &pod.planned;
    let service = world.services.iter().find_map(|service| {
        let leads_here =
            world.backends(service).iter().any(|backend| backend.planned.name == planned.name);
        let ports = service["spec"]["ports"].as_array().filter(|_| leads_here)?;
        let found = ports.iter().find(|found| target_port(found, planned) == Some(port))?;
        Some((service, found))
    });
    let address = pod.network.address();
    let (from_mesh, protocol) = match service {
        Some((service, found)) => {
            let protocol = protocol(found);
            let number = found["port"].as_u64().and_then(|port| u16::try_from(port).ok());
            (call(host(service), number.unwrap_or(port), protocol), protocol)
        }
        None => (call(address, port, Protocol::Http), Protocol::Http),
    };
    Target {
        name: name(&planned.name, port),
        answers: Some(planned.name.clone()),
        from_mesh,
        from_elsewhere: call(address, port, protocol),
        way: Way::Straight(Hop { pod: planned.name.clone(), port }),
        has_node_port: false,
    }
}

/// As Istio reads it: by the field, then by the prefix of the name.
fn protocol(port: &Value) -> Protocol {
    let declared = port["appProtocol"].as_str().or_else(|| port["name"].as_str());
    match declared.unwrap_or_default().split('-').next() {
        Some("http") => Protocol::Http,
        Some("grpc" | "http2") => Protocol::Grpc,
        Some("https" | "tls") => Protocol::Https,
        _ => Protocol::Tcp,
    }
}

/// The full name of a Service.
pub fn host(service: &Value) -> String {
    let text = |name| service["metadata"][name].as_str().unwrap_or_default();
    format!("{}.{}.{DOMAIN}", text("name"), text("namespace"))
}

/// What Prometheus reads of a proxy.
fn metrics(pod: &Pod, port: u16) -> Target {
    let path = "/stats/prometheus".to_owned();
    let call = Call { path, ..call(pod.network.address(), port, Protocol::Http) };
    Target {
        name: name(&pod.planned.name, port),
        answers: None,
        from_mesh: call.clone(),
        from_elsewhere: call,
        way: Way::Straight(Hop { pod: pod.planned.name.clone(), port }),
        has_node_port: false,
    }
}

/// The ports of the Services of a gateway, but for its health.
fn of_gateway(world: &World<'_>, objects: &[Object], gateway: &Pod) -> Vec<Target> {
    let planned = &gateway.planned;
    let mut targets = Vec::new();
    for service in &world.services {
        let leads_here =
            world.backends(service).iter().any(|backend| backend.planned.name == planned.name);
        let ports = service["spec"]["ports"].as_array().filter(|_| leads_here);
        for port in ports.into_iter().flatten() {
            let has_node_port = service["spec"]["type"] == "NodePort";
            let number = port["port"].as_u64().and_then(|port| u16::try_from(port).ok());
            let (Some(number), Some(port)) = (number, target_port(port, planned)) else {
                continue;
            };
            if port == 15021 {
                continue;
            }
            let gateway_name = service["metadata"]["name"].as_str().unwrap_or_default();
            let route = route_to(objects, gateway_name, number);
            let behind = behind(world, objects, planned, port);
            let (authority, path) = route.map_or((None, "/".to_owned()), |route| {
                (texts(&route["spec"]["hostnames"]).next().map(str::to_owned), path(route))
            });
            let protocol =
                if has_tls(objects, planned, port) { Protocol::Https } else { Protocol::Http };
            let here = Hop { pod: planned.name.clone(), port };
            // TLS is told by the name that the API gateway asks for; the lane's DNS server knows it.
            let address = match protocol {
                Protocol::Https => host(service),
                Protocol::Http | Protocol::Tcp | Protocol::Grpc => {
                    gateway.network.address().to_string()
                }
            };
            let from_elsewhere =
                Call { authority, path: path.clone(), ..call(address, port, protocol) };
            targets.push(Target {
                name: name(&planned.name, port),
                // Nobody answers where nothing is behind it.
                answers: Some(behind.as_ref().map_or(String::new(), |hop| hop.pod.clone())),
                // A proxy knows the name of the Service only; the route's host it would refuse itself.
                from_mesh: Call { path, ..call(host(service), number, protocol) },
                from_elsewhere,
                way: match behind {
                    Some(behind) => Way::Through(here, behind),
                    None => Way::Straight(here),
                },
                has_node_port,
            });
        }
    }
    targets
}

/// The route of the API gateway that leads to a port of a Service.
fn route_to<'a>(objects: &'a [Object], service: &str, port: u16) -> Option<&'a Value> {
    let mut routes = of_kind(objects, "gateway.networking.k8s.io", "HTTPRoute");
    let route = routes.find(|route| {
        let rules = route.value["spec"]["rules"].as_array().into_iter().flatten();
        rules.flat_map(|rule| rule["backendRefs"].as_array().into_iter().flatten()).any(|backend| {
            backend["name"] == service && backend["port"].as_u64() == Some(port.into())
        })
    });
    route.map(|route| &route.value)
}

/// A path that a route takes.
fn path(route: &Value) -> String {
    let path = &route["spec"]["rules"][0]["matches"][0]["path"]["value"];
    path.as_str().unwrap_or("/").to_owned()
}

/// The servers of the Gateways that a gateway serves, with the names of the Gateways as `VirtualServices` write them.
fn servers<'a>(
    objects: &'a [Object],
    gateway: &'a Planned,
) -> impl Iterator<Item = (String, &'a Value)> {
    of_kind(objects, "networking.istio.io", "Gateway")
        .filter(|object| {
            let selector = labels(&object.value["spec"]["selector"]);
            selector.iter().all(|(key, value)| gateway.labels.get(key) == Some(value))
        })
        .flat_map(|object| {
            let servers = object.value["spec"]["servers"].as_array().into_iter().flatten();
            servers.map(|server| (object.identity.name.clone(), server))
        })
}

/// Whether a server of the gateway ends TLS for everybody.
fn has_tls(objects: &[Object], gateway: &Planned, port: u16) -> bool {
    servers(objects, gateway).any(|(_, server)| {
        server["port"]["number"].as_u64() == Some(port.into()) && !server["tls"].is_null()
    })
}

/// The pod that a gateway leads to from one of its ports.
pub fn behind(world: &World<'_>, objects: &[Object], gateway: &Planned, port: u16) -> Option<Hop> {
    let gateways: Vec<String> = servers(objects, gateway)
        .filter(|(_, server)| server["port"]["number"].as_u64() == Some(port.into()))
        .map(|(name, _)| name)
        .collect();
    for object in of_kind(objects, "networking.istio.io", "VirtualService") {
        let spec = &object.value["spec"];
        let is_bound = texts(&spec["gateways"]).any(|name| {
            let name = name.rsplit('/').next().unwrap_or_default();
            gateways.iter().any(|gateway| gateway == name)
        });
        let routes = spec["http"].as_array().into_iter().flatten().filter(|_| is_bound);
        for destination in routes.flat_map(destinations) {
            let found =
                world.services.iter().find(|service| destination["host"] == host(service).as_str());
            let Some(service) = found else {
                continue;
            };
            let backend = world.backends(service).into_iter().next()?;
            let ports = service["spec"]["ports"].as_array().into_iter().flatten();
            let mut ports = ports.filter(|port| port["port"] == destination["port"]["number"]);
            let port = target_port(ports.next()?, &backend.planned)?;
            if backend.planned.role != Role::Gateway {
                return Some(Hop { pod: backend.planned.name.clone(), port });
            }
        }
    }
    None
}

fn destinations(route: &Value) -> impl Iterator<Item = &Value> {
    let routes = route["route"].as_array().into_iter().flatten();
    routes.map(|route| &route["destination"])
}

/// A host outside, and the gateway through which pods of the mesh are sent there.
fn of_host(world: &World<'_>, objects: &[Object], host: &str, port: u16) -> Target {
    let entries = of_kind(objects, "networking.istio.io", "ServiceEntry");
    let declared = entries
        .filter(|entry| texts(&entry.value["spec"]["hosts"]).any(|declared| declared == host))
        .flat_map(|entry| entry.value["spec"]["ports"].as_array().into_iter().flatten())
        .find(|declared| declared["number"].as_u64() == Some(port.into()))
        .and_then(|declared| declared["protocol"].as_str());
    let protocol = match declared {
        Some("HTTP") => Protocol::Http,
        Some("GRPC" | "HTTP2") => Protocol::Grpc,
        Some("HTTPS" | "TLS") => Protocol::Https,
        None if port == 80 => Protocol::Http,
        _ => Protocol::Tcp,
    };
    let there = Hop { pod: host.to_owned(), port };
    let call = call(host, port, protocol);
    Target {
        name: name(host, port),
        answers: Some(host.to_owned()),
        from_mesh: call.clone(),
        from_elsewhere: call,
        way: match egress_gateway(world, objects, host) {
            Some(gateway) => Way::Out(gateway, there),
            None => Way::Straight(there),
        },
        has_node_port: false,
    }
}

/// The gateway that pods of the mesh are sent to for a host.
fn egress_gateway(world: &World<'_>, objects: &[Object], outside: &str) -> Option<Hop> {
    let services = of_kind(objects, "networking.istio.io", "VirtualService")
        .filter(|object| texts(&object.value["spec"]["hosts"]).any(|host| host == outside))
        .flat_map(|object| {
            ["http", "tls", "tcp"]
                .map(|kind| object.value["spec"][kind].as_array().into_iter().flatten())
                .into_iter()
                .flatten()
        })
        .flat_map(destinations);
    services.into_iter().find_map(|destination| {
        let service =
            world.services.iter().find(|service| destination["host"] == host(service).as_str())?;
        let gateway = world.backends(service).into_iter().next()?;
        let ports = service["spec"]["ports"].as_array().into_iter().flatten();
        let mut ports = ports.filter(|port| port["port"] == destination["port"]["number"]);
        let port = target_port(ports.next()?, &gateway.planned)?;
        Some(Hop { pod: gateway.planned.name.clone(), port })
    })
}
