//! Goes along every way that a request may take.

mod arrivals;
mod entrances;
mod words;

use words::{caller, route_words};

use super::place::{Address, From, To};
use super::{Kind, Step, Way};
use crate::graph::mesh::membership::Proxy;
use crate::graph::mesh::{overlap, service_of};
use crate::graph::network::{Callee, End, Leg, Need, Port};
use crate::graph::{Graph, Outcome};
use crate::objects::{Identity, Object, Pod, Selector, Value, list, text};

/// No way is longer: a gateway before a gateway before a workload.
const DEEPEST: usize = 5;
/// Who asks for more has asked the wrong question.
const MOST_WAYS: usize = 200;

/// Goes through the graph and collects ways.
pub(super) struct Walk<'g, 'a> {
    graph: &'g Graph<'a>,
    found: Vec<(Request, Way)>,
}

/// What is known of a request on its way.
#[derive(Clone, Default)]
struct Request {
    steps: Vec<Step>,
    /// The Services that it has passed, with the ports of them.
    services: Vec<(Identity, Option<u64>)>,
    host: Option<String>,
    path: Option<String>,
    depth: usize,
}

impl Request {
    fn with(&self, step: Step) -> Self {
        let mut longer = self.clone();
        longer.steps.push(step);
        longer
    }
}

impl<'g, 'a> Walk<'g, 'a> {
    /// Every way from one place to another.
    pub(super) fn between(graph: &'g Graph<'a>, from: &From<'g, 'a>, to: &To<'g, 'a>) -> Vec<Way> {
        let mut walk = Self { graph, found: Vec::new() };
        match (from, to) {
            (From::Pod(pod), To::Host(address)) => walk.out(pod, address),
            (From::Pod(pod), To::Service(service, port, path)) => {
                walk.call_service(pod, service, *port, path.as_deref());
            }
            (From::Pod(pod), To::Pod(target)) => {
                for need in graph.needs() {
                    if std::ptr::eq(need.pod.owner, pod.owner) {
                        walk.need(&need);
                    }
                }
                if !walk.found.iter().any(|(_, way)| way.end == target.owner.identity.to_string()) {
                    walk.found.clear();
                    walk.undeclared(pod, target);
                }
            }
            (From::Internet(address), _) => walk.enter(address.as_ref()),
        }
        walk.to(to)
    }

    /// The ways that a declared call may take.
    pub(super) fn of_need(graph: &'g Graph<'a>, need: &Need<'g, 'a>) -> Vec<Way> {
        let mut walk = Self { graph, found: Vec::new() };
        walk.need(need);
        walk.found.into_iter().map(|(_, way)| way).collect()
    }

    /// The ways that users may take into the cluster.
    pub(super) fn of_users(graph: &'g Graph<'a>) -> Vec<Way> {
        let mut walk = Self { graph, found: Vec::new() };
        walk.enter(None);
        walk.found.into_iter().map(|(_, way)| way).collect()
    }

    /// The ways that end at a place, or pass it where it is a Service.
    fn to(self, to: &To<'_, '_>) -> Vec<Way> {
        let is_there = |(path, way): &(Request, Way)| match to {
            To::Pod(pod) => way.end == pod.owner.identity.to_string(),
            To::Host(address) => way.end == address.host,
            To::Service(service, port, _) => path.services.iter().any(|(passed, at)| {
                *passed == service.identity && port.is_none_or(|port| *at == Some(port))
            }),
        };
        let mut ways: Vec<Way> = Vec::new();
        for (_, way) in self.found.into_iter().filter(is_there) {
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
        ways
    }

    fn need(&mut self, need: &Need<'g, 'a>) {
        let what = match need.port {
            Some(port) => format!("{}:{port}", need.host),
            None => need.host.clone(),
        };
        let is_own = std::ptr::eq(need.from, need.pod.owner);
        let who = if is_own { String::new() } else { format!("{} ", need.pod.owner.identity) };
        let words = format!("{who}calls {what}");
        let step = Step::at(Kind::Caller, Outcome::Admitted, words, need.from, Some(need.field));
        self.call(need.pod, step, &need.host, need.port, None);
    }

    fn call_service(
        &mut self,
        pod: &'g Pod<'a>,
        service: &'a Object,
        port: Option<u64>,
        path: Option<&str>,
    ) {
        let host = format!("{}.{}.svc.cluster.local", service.name(), service.namespace());
        let ports = list(&service.json["spec"]["ports"]).iter().map(|port| port["port"].as_u64());
        let ports: Vec<Option<u64>> = match port {
            Some(port) => vec![Some(port)],
            None => ports.collect(),
        };
        for port in ports {
            self.call(pod, caller(pod, &host, port), &host, port, path);
        }
    }

    /// A call of a host outside, at the port that is said, or at those of its `ServiceEntry`.
    fn out(&mut self, pod: &'g Pod<'a>, address: &Address) {
        let entry = self.graph.entry(&address.host, pod.namespace());
        let ports = entry.map_or(&[][..], |entry| list(&entry.json["spec"]["ports"])).iter();
        let mut ports: Vec<u64> = ports.filter_map(|port| port["number"].as_u64()).collect();
        if let Some(port) = address.port {
            ports = vec![port];
        } else if ports.is_empty() {
            ports.push(443);
        }
        for port in ports {
            let step = caller(pod, &address.host, Some(port));
            self.call(pod, step, &address.host, Some(port), address.path.as_deref());
        }
    }

    /// Calls that nothing declares: by each Service that leads there, or straight.
    fn undeclared(&mut self, pod: &'g Pod<'a>, target: &'g Pod<'a>) {
        let services: Vec<&'a Object> = self
            .graph
            .services_in(target.namespace())
            .iter()
            .copied()
            .filter(|service| {
                let selector = Selector::of_labels(&service.json["spec"]["selector"]);
                !selector.is_empty() && target.is_selected_by(&selector)
            })
            .collect();
        for service in &services {
            self.call_service(pod, service, None, None);
        }
        if services.is_empty() {
            let ports = target.running().flat_map(|container| container.ports());
            for port in ports.filter_map(|port| port["containerPort"].as_u64()) {
                let what = target.owner.identity.to_string();
                let path = Request::default().with(caller(pod, &what, Some(port)));
                let path = self.gates(path, End::Pod(pod), End::Pod(target), Port::tcp(port));
                self.end_at(path, target, Port::tcp(port));
            }
        }
    }

    /// A call of a pod.
    fn call(
        &mut self,
        pod: &'g Pod<'a>,
        first: Step,
        host: &str,
        port: Option<u64>,
        path: Option<&str>,
    ) {
        // A gateway passes on what it was asked for.
        let passes_on = !pod.labels()["gateway.networking.k8s.io/gateway-name"].is_null();
        let host_of_request = Some(host.to_owned()).filter(|_| !passes_on);
        let mut start =
            Request { host: host_of_request, path: path.map(str::to_owned), ..Request::default() };
        start.steps.push(first);
        let legs = self.graph.legs(pod, host, port, path);
        for leg in legs {
            let mut path = start.clone();
            if self.graph.proxy(pod) == Proxy::Sidecar {
                path.steps.extend(self.proxy(pod, host, &leg));
            }
            self.leg(path, End::Pod(pod), Some(pod), leg);
        }
    }

    /// What the proxy of the caller does with a host.
    fn proxy(&self, pod: &Pod<'_>, host: &str, leg: &Leg<'a>) -> Option<Step> {
        // Where a route leads elsewhere, the host that is asked for counts.
        let called = match (&leg.callee, leg.route) {
            (Callee::Service(object) | Callee::Entry(object, _), None) => Some(*object),
            (_, Some(_)) => service_of(host)
                .and_then(|service| self.graph.objects().get(&service))
                .or_else(|| self.graph.entry(host, pod.namespace())),
            _ => None,
        };
        let outbound = self.graph.outbound(pod, host, called);
        match (outbound.is_known, outbound.refuses_others, outbound.sidecar) {
            (true, _, None) => None,
            (true, _, Some(sidecar)) => {
                let words = format!("the proxy knows {host}");
                Some(Step::at(Kind::Proxy, Outcome::Admitted, words, sidecar, outbound.entry))
            }
            (false, refuses, sidecar) => {
                let (outcome, words) = match refuses {
                    Some(true) => (
                        Outcome::Refused,
                        format!(
                            "the proxy does not know {host}, and refuses what it does not know (REGISTRY_ONLY)"
                        ),
                    ),
                    _ => (
                        Outcome::Depends,
                        format!(
                            "the proxy does not know {host}, and passes it on as it is unless the mesh is REGISTRY_ONLY"
                        ),
                    ),
                };
                Some(match sidecar {
                    Some(sidecar) => Step::at(
                        Kind::Proxy,
                        outcome,
                        words,
                        sidecar,
                        Some(&sidecar.json["spec"]["egress"]),
                    ),
                    None => Step::bare(Kind::Proxy, outcome, words),
                })
            }
        }
    }

    /// Past a gateway of the Gateway API.
    fn gateway_api(
        &mut self,
        path: Request,
        from: End<'g, 'a>,
        pod: Option<&'g Pod<'a>>,
        gateway: &'a Object,
    ) {
        let legs = self.graph.legs_of_routes(gateway, path.host.as_deref(), path.path.as_deref());
        self.onward(&path, from, pod, gateway, legs);
    }

    /// By every way on from a gateway.
    fn onward(
        &mut self,
        path: &Request,
        from: End<'g, 'a>,
        pod: Option<&'g Pod<'a>>,
        gateway: &'a Object,
        legs: Vec<Leg<'a>>,
    ) {
        if legs.is_empty() {
            let words = "no route of this Gateway takes the request: 404".to_owned();
            let step = Step::at(Kind::End, Outcome::Refused, words, gateway, None);
            self.dead(path, step, gateway.identity.to_string());
        }
        for leg in legs {
            self.leg(path.clone(), from, pod, leg);
        }
    }

    /// Past a server of a gateway of Istio.
    fn server(
        &mut self,
        path: Request,
        from: End<'g, 'a>,
        pod: Option<&'g Pod<'a>>,
        (gateway, server): (&'a Object, &'a Value),
    ) {
        let hosts: Vec<&str> = list(&server["hosts"]).iter().filter_map(text).collect();
        let is_host = |named: &&str| {
            let named = named.split_once('/').map_or(*named, |(_, named)| named);
            path.host.as_deref().is_none_or(|host| overlap(named, host))
        };
        let port = &server["port"]["number"];
        if !hosts.iter().any(is_host) {
            return;
        }
        let words = format!("its server at port {port} takes {}", hosts.join(", "));
        let kind = if path.steps.is_empty() { Kind::Entrance } else { Kind::Gateway };
        let step = Step::at(kind, Outcome::Admitted, words, gateway, Some(server));
        let path = path.with(step);
        let legs =
            self.graph.legs_of_gateway(gateway, server, path.host.as_deref(), path.path.as_deref());
        self.onward(&path, from, pod, gateway, legs);
    }

    /// One way on.
    fn leg(
        &mut self,
        mut path: Request,
        from: End<'g, 'a>,
        pod: Option<&'g Pod<'a>>,
        leg: Leg<'a>,
    ) {
        path.depth += 1;
        if path.depth > DEEPEST || self.found.len() >= MOST_WAYS {
            return;
        }
        if let Some((route, rule)) = leg.route {
            path.steps.push(Step::at(
                Kind::Route,
                Outcome::Admitted,
                route_words(rule, &leg),
                route,
                leg.destination.or(Some(rule)),
            ));
        }
        match leg.callee {
            Callee::Service(service) => self.service(path, from, service, leg.port),
            Callee::Entry(entry, host) => {
                let port = Port { protocol: "TCP", number: leg.port };
                path = self.gates(path, from, End::Address(None), port);
                let ports = list(&entry.json["spec"]["ports"]);
                let known = ports.iter().find(|known| known["number"].as_u64() == leg.port);
                let (outcome, words) = match (known, leg.port) {
                    (None, Some(port)) => (
                        Outcome::Refused,
                        format!(
                            "{host} is outside of the cluster, and is not declared with port {port}"
                        ),
                    ),
                    (_, Some(port)) => {
                        (Outcome::Admitted, format!("{host}, port {port}, outside of the cluster"))
                    }
                    (_, None) => (Outcome::Admitted, format!("{host}, outside of the cluster")),
                };
                let step = Step::at(Kind::Outside, outcome, words, entry, known);
                self.dead(&path, step, host);
            }
            Callee::Missing(service) => {
                let words = format!("there is no {service}: the name does not resolve");
                self.dead(
                    &path,
                    Step::bare(Kind::End, Outcome::Refused, words),
                    service.to_string(),
                );
            }
            Callee::Unknown(host) => {
                let port = Port { protocol: "TCP", number: leg.port };
                let service = service_of(&host);
                let of_cluster = service.as_ref().and_then(|service| service.namespace.as_deref());
                let labels = &Value::Null;
                path = match of_cluster {
                    Some(namespace) => {
                        // What port of its pods the Service leads to is not here either.
                        let port = Port { number: None, ..port };
                        self.gates(path, from, End::Unseen { namespace, labels }, port)
                    }
                    None => self.gates(path, from, End::Address(None), port),
                };
                let is_meshed = pod.is_some_and(|pod| self.graph.proxy(pod).is_sidecar());
                let (kind, words) = match (of_cluster, is_meshed) {
                    (Some(_), _) => {
                        (Kind::Service, format!("{host}, which is not here: a chart may make it"))
                    }
                    (None, true) => (
                        Kind::Outside,
                        format!("{host}, outside of the cluster, which no ServiceEntry declares"),
                    ),
                    (None, false) => (Kind::Outside, format!("{host}, outside of the cluster")),
                };
                self.dead(&path, Step::bare(kind, Outcome::Admitted, words), host);
            }
        }
    }
}
