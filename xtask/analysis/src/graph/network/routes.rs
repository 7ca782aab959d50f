//! Where requests go: what routes of the mesh, of gateways and of Ingresses make of a host and a port.

use std::collections::HashMap;

use super::{End, Port};
use crate::graph::mesh::routes;
use crate::graph::mesh::{Host, ROUTING, full, overlap};
use crate::graph::{Graph, Relation, target_port};
use crate::objects::{Identity, Map, Object, Objects, Pod, Selector, Value, list, text};

/// What is called.
#[derive(Clone, Debug)]
pub enum Callee<'a> {
    /// A Service.
    Service(&'a Object),
    /// A host outside, which a `ServiceEntry` declares.
    Entry(&'a Object, String),
    /// A host of which nothing is here.
    Unknown(String),
    /// A Service that nobody makes.
    Missing(Identity),
}

/// One way that requests may take from here.
#[derive(Clone, Debug)]
pub struct Leg<'a> {
    /// The route that sends them there, and the rule of it; none where they go straight.
    pub route: Option<(&'a Object, &'a Value)>,
    /// The place in the rule that names the destination.
    pub destination: Option<&'a Value>,
    /// What is called.
    pub callee: Callee<'a>,
    /// The port of it, where it is known.
    pub port: Option<u64>,
}

/// The `VirtualServices` that proxies of pods follow, by their hosts.
#[derive(Debug, Default)]
pub(in crate::graph) struct Routes<'a> {
    of_host: HashMap<String, Vec<&'a Object>>,
    of_wildcards: Vec<(&'a str, &'a Object)>,
}

impl<'a> Routes<'a> {
    pub(in crate::graph) fn of(objects: &'a Objects) -> Self {
        let mut all = Self::default();
        for route in objects.of_kind(ROUTING, "VirtualService") {
            if !routes::gateways(route).iter().any(|gateway| gateway == routes::SIDECARS) {
                continue;
            }
            for host in list(&route.json["spec"]["hosts"]).iter().filter_map(text) {
                if host.contains('*') {
                    all.of_wildcards.push((host, route));
                } else {
                    let host = full(host, route.namespace()).into_owned();
                    all.of_host.entry(host).or_default().push(route);
                }
            }
        }
        all
    }

    /// Those of a full host, in the order in which they are written, but for wildcards.
    fn of_host(&self, host: &str) -> impl Iterator<Item = &'a Object> {
        let exact = self.of_host.get(host).into_iter().flatten().copied();
        let wildcards = self.of_wildcards.iter().filter(move |(named, _)| overlap(named, host));
        exact.chain(wildcards.map(|(_, route)| *route))
    }
}

/// Where a leg arrives.
#[derive(Clone, Debug)]
pub struct Hop<'g, 'a> {
    /// The pods; none where they are not here.
    pub pod: Option<&'g Pod<'a>>,
    /// The Service that leads there.
    pub service: &'a Object,
    /// The port of the Service.
    pub service_port: Option<&'a Value>,
    /// The port of the pod.
    pub port: Port<'a>,
}

impl<'g, 'a> Hop<'g, 'a> {
    /// What arrives, as an end of a connection.
    #[must_use]
    pub fn end(&self) -> End<'g, 'a> {
        match self.pod {
            Some(pod) => End::Pod(pod),
            None => End::Unseen {
                namespace: self.service.identity.namespace.as_deref().unwrap_or_default(),
                labels: &self.service.json["spec"]["selector"],
            },
        }
    }
}

/// The port of a pod that a port of a Service leads to.
#[must_use]
pub fn target_of<'a>(port: &'a Value, pod: Option<&Pod<'a>>) -> Port<'a> {
    let protocol = text(&port["protocol"]).unwrap_or("TCP");
    let target = target_port(port);
    let number = target.as_u64().or_else(|| pod?.port_number(target));
    Port { protocol, number }
}

impl<'a> Graph<'a> {
    /// The pods that a Service leads to at a port, or at each of its ports.
    #[must_use]
    pub fn hops<'g>(&'g self, service: &'a Object, port: Option<u64>) -> Vec<Hop<'g, 'a>> {
        let spec = &service.json["spec"];
        if text(&spec["type"]) == Some("ExternalName") {
            return Vec::new();
        }
        let pods: Vec<&Pod<'a>> = self.staying(service).collect();
        let has_selector = !Selector::of_labels(&spec["selector"]).is_empty();
        let is_headless = text(&spec["clusterIP"]) == Some("None");
        let all = list(&spec["ports"]);
        let called: Vec<Option<&Value>> = match port {
            None => all.iter().map(Some).collect(),
            Some(number) => {
                let mut named =
                    all.iter().filter(|known| known["port"] == number).map(Some).peekable();
                if named.peek().is_some() {
                    named.collect()
                } else if is_headless {
                    vec![None]
                } else {
                    Vec::new()
                }
            }
        };
        let mut hops = Vec::new();
        for service_port in called {
            // Who asks for the pods of a headless Service speaks to their own port.
            let of = |pod: Option<&Pod<'a>>| match (service_port, port) {
                (Some(of_service), _) => target_of(of_service, pod),
                (None, number) => Port { protocol: "TCP", number },
            };
            for pod in &pods {
                hops.push(Hop { pod: Some(*pod), service, service_port, port: of(Some(*pod)) });
            }
            if pods.is_empty() && has_selector {
                hops.push(Hop { pod: None, service, service_port, port: of(None) });
            }
        }
        hops
    }

    /// Where a pod of a namespace ends up that calls a host; `is_meshed` where its proxy follows routes.
    #[must_use]
    pub fn legs(
        &self,
        pod: &Pod<'a>,
        host: &str,
        port: Option<u64>,
        path: Option<&str>,
    ) -> Vec<Leg<'a>> {
        let namespace = pod.namespace();
        let full = full(host, namespace);
        let mut legs = Vec::new();
        if self.proxy(pod).is_there() {
            for route in self.routes.of_host(&full) {
                if self.audience(route).has(namespace) {
                    self.of_route(route, routes::SIDECARS, port, path, &mut legs);
                }
            }
        }
        if legs.is_empty() {
            legs.push(Leg {
                route: None,
                destination: None,
                callee: self.callee(&full, namespace),
                port,
            });
        }
        legs
    }

    /// Where a gateway of Istio sends what comes in at a server of a `Gateway`, asked for a host and a path where they are known.
    #[must_use]
    pub fn legs_of_gateway(
        &self,
        gateway: &'a Object,
        server: &Value,
        host: Option<&str>,
        path: Option<&str>,
    ) -> Vec<Leg<'a>> {
        let port = server["port"]["number"].as_u64();
        let hosts_of_server: Vec<&str> = list(&server["hosts"])
            .iter()
            .filter_map(text)
            .map(|served| served.split_once('/').map_or(served, |(_, served)| served))
            .collect();
        let mut seen = std::collections::HashSet::new();
        let mut legs = Vec::new();
        let name = format!("{}/{}", gateway.namespace(), gateway.name());
        let bound = self.named_of(Relation::MeshGateway, &gateway.identity);
        for route in bound.filter(|route| seen.insert(&route.identity)) {
            let spec = &route.json["spec"];
            let mut hosts = list(&spec["hosts"]).iter().filter_map(text);
            let is_host = hosts.any(|named| {
                let is_served = hosts_of_server.iter().any(|served| overlap(served, named));
                is_served && host.is_none_or(|host| overlap(named, host))
            });
            if is_host {
                self.of_route(route, &name, port, path, &mut legs);
            }
        }
        legs
    }

    /// The pods that serve a `Gateway` of the Gateway API, where they are here.
    #[must_use]
    pub fn pods_of_gateway<'g>(&'g self, gateway: &'g Object) -> Vec<&'g Pod<'a>> {
        let key = "gateway.networking.k8s.io/gateway-name";
        let pods = self.pods_in(gateway.namespace());
        pods.filter(|pod| text(&pod.labels()[key]) == Some(gateway.name())).collect()
    }

    /// The pods of any namespace that labels select; none where no label is asked for.
    #[must_use]
    pub fn selected_anywhere(&self, labels: &Value) -> Vec<&Pod<'a>> {
        let selector = Selector::of_labels(labels);
        let pods = self.pods.iter().filter(|pod| pod.is_selected_by(&selector));
        pods.filter(|_| !selector.is_empty()).collect()
    }

    /// The objects that name another one by a relation.
    pub(crate) fn named_of<'s>(
        &'s self,
        relation: Relation,
        target: &'s Identity,
    ) -> impl Iterator<Item = &'a Object> + use<'s, 'a> {
        let all = self.naming.get(target).into_iter().flatten();
        let all = all.map(|&position| &self.references[position]);
        all.filter(move |reference| reference.relation == relation).map(|reference| reference.from)
    }

    fn callee(&self, full: &str, namespace: &str) -> Callee<'a> {
        match self.host(full, namespace) {
            Host::Service(service) => Callee::Service(service),
            Host::Entry(entry) => Callee::Entry(entry, full.to_owned()),
            Host::Missing => match crate::graph::mesh::service_of(full) {
                Some(service) => Callee::Missing(service),
                None => Callee::Unknown(full.to_owned()),
            },
            Host::Unknown => Callee::Unknown(full.to_owned()),
        }
    }

    pub(super) fn service(&self, namespace: &str, name: &str) -> Callee<'a> {
        let identity = Identity::new("", "Service", Some(namespace), name);
        match self.objects().get(&identity) {
            Some(service) => Callee::Service(service),
            None if self.is_missing(&identity) => Callee::Missing(identity),
            None => Callee::Unknown(format!("{name}.{namespace}.svc.cluster.local")),
        }
    }

    /// The destinations of a `VirtualService` for a gateway, a port and a path where it is known: those of the first rule that
    /// takes everything, and of what stands before it.
    fn of_route(
        &self,
        route: &'a Object,
        gateway: &str,
        port: Option<u64>,
        path: Option<&str>,
        legs: &mut Vec<Leg<'a>>,
    ) {
        let spec = &route.json["spec"];
        for layer in ["http", "tls", "tcp"] {
            for rule in list(&spec[layer]) {
                let matches = list(&rule["match"]);
                let takes = |matched: &&Value| {
                    let is_here = routes::is_at(matched, gateway, route.namespace());
                    let is_port = port.is_none()
                        || matched["port"].is_null()
                        || matched["port"].as_u64() == port;
                    let is_path = path.is_none_or(|path| is_uri(&matched["uri"], path));
                    is_here && is_port && is_path
                };
                let taking: Vec<&Value> = matches.iter().filter(takes).collect();
                if taking.is_empty() && !matches.is_empty() {
                    continue;
                }
                for weighted in
                    list(&rule["route"]).iter().filter(|weighted| weighted["weight"] != 0)
                {
                    let destination = &weighted["destination"];
                    let Some(host) = text(&destination["host"]) else { continue };
                    let full = full(host, route.namespace());
                    let callee = self.callee(&full, route.namespace());
                    let only = || match &callee {
                        Callee::Service(service) => match list(&service.json["spec"]["ports"]) {
                            [only] => only["port"].as_u64(),
                            _ => port,
                        },
                        _ => port,
                    };
                    let port = destination["port"]["number"].as_u64().or_else(only);
                    legs.push(Leg {
                        route: Some((route, rule)),
                        destination: Some(destination),
                        callee,
                        port,
                    });
                }
                let takes_all = matches.is_empty()
                    || taking.iter().any(|matched| {
                        let keys = matched.as_object().into_iter().flat_map(Map::keys);
                        keys.into_iter().all(|key| {
                            ["gateways", "name"].contains(&key.as_str())
                                || key == "port" && port.is_some()
                                || key == "uri" && path.is_some()
                        })
                    });
                if takes_all {
                    break;
                }
            }
        }
    }
}

/// Whether a match of a `VirtualService` takes a path; an expression may.
fn is_uri(matched: &Value, path: &str) -> bool {
    let exact = text(&matched["exact"]).is_none_or(|exact| exact == path);
    exact && text(&matched["prefix"]).is_none_or(|prefix| path.starts_with(prefix))
}
