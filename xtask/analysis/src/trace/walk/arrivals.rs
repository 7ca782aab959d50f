//! From a Service to its pods, past everybody who is asked, and past the pods where they are a gateway.

use super::words::{gate_step, is_for_host};
use super::{Request, Walk};
use crate::graph::Outcome;
use crate::graph::mesh::membership::is_gateway;
use crate::graph::mesh::mutual_tls::Mode;
use crate::graph::network::{End, Hop, Port};
use crate::objects::{Object, Pod, Selector, list, text};
use crate::trace::{Kind, Step, Way};

impl<'g, 'a> Walk<'g, 'a> {
    /// Through a Service to its pods.
    pub(super) fn service(
        &mut self,
        mut path: Request,
        from: End<'g, 'a>,
        service: &'a Object,
        port: Option<u64>,
    ) {
        path.services.push((service.identity.clone(), port));
        let hops = self.graph.hops(service, port);
        if hops.is_empty() {
            let ports = list(&service.json["spec"]["ports"]);
            let has_port = port.is_none_or(|port| ports.iter().any(|known| known["port"] == port));
            let selector = Selector::of_labels(&service.json["spec"]["selector"]);
            let (outcome, words) =
                match (has_port, port, text(&service.json["spec"]["externalName"])) {
                    (_, _, Some(name)) => (Outcome::Admitted, format!("leads out to {name}")),
                    (false, Some(port), _) => (Outcome::Refused, format!("has no port {port}")),
                    _ if selector.is_empty() => (
                        Outcome::Depends,
                        "selects no pods: somebody else says where it leads".to_owned(),
                    ),
                    _ => (Outcome::Refused, "has no ports".to_owned()),
                };
            let step =
                Step::at(Kind::End, outcome, words, service, Some(&service.json["spec"]["ports"]));
            self.dead(&path, step, service.identity.to_string());
        }
        for hop in hops {
            let number = hop.service_port.and_then(|port| port["port"].as_u64()).or(port);
            let leads = |number: Option<u64>| {
                number.map_or_else(|| "a port by name".to_owned(), |number| number.to_string())
            };
            let words = match (number, hop.port.number) {
                (Some(from), Some(to)) if from == to => format!("port {from}"),
                (from, to) => format!("port {} leads to {}", leads(from), leads(to)),
            };
            let step = Step::at(Kind::Service, Outcome::Admitted, words, service, hop.service_port);
            self.arrive(path.with(step), from, &hop);
        }
    }

    /// At pods, and past them where they are a gateway.
    fn arrive(&mut self, path: Request, from: End<'g, 'a>, hop: &Hop<'g, 'a>) {
        let path = self.gates(path, from, hop.end(), hop.port);
        let Some(pod) = hop.pod else {
            let number =
                hop.port.number.map_or_else(String::new, |number| format!(" at port {number}"));
            let words = format!("pods that are not here answer{number}");
            let selects = &hop.service.json["spec"]["selector"];
            let step =
                Step::at(Kind::Workload, Outcome::Admitted, words, hop.service, Some(selects));
            self.dead(&path, step, hop.service.identity.to_string());
            return;
        };
        let key = "gateway.networking.k8s.io/gateway-name";
        let of_api = text(&pod.labels()[key]).and_then(|name| {
            let kind = "Gateway";
            self.graph.objects().find(
                "gateway.networking.k8s.io",
                kind,
                Some(pod.namespace()),
                name,
            )
        });
        if let Some(gateway) = of_api {
            self.gateway_api(path, End::Pod(pod), Some(pod), gateway);
            return;
        }
        let number = hop.port.number.filter(|_| is_gateway(pod));
        let servers: Vec<_> =
            number.into_iter().flat_map(|port| self.graph.servers_at(pod, port)).collect();
        if servers.is_empty() {
            self.end_at(path.clone(), pod, hop.port);
        }
        let before = self.found.len();
        let count = servers.len();
        for server in servers {
            self.server(path.clone(), End::Pod(pod), Some(pod), server);
        }
        if count > 0 && self.found.len() == before {
            let words = "no Gateway of this gateway serves the host: 404".to_owned();
            let step = Step::at(Kind::End, Outcome::Refused, words, pod.owner, None);
            self.dead(&path, step, pod.owner.identity.to_string());
        }
    }

    /// Everybody who is asked whether a connection may be.
    pub(super) fn gates<'e>(
        &'e self,
        mut path: Request,
        from: End<'e, 'a>,
        to: End<'e, 'a>,
        port: Port<'_>,
    ) -> Request {
        let mut connection = self.graph.connection(from, to, port);
        for gate in &mut connection.gates {
            // The name that TLS asks for is that of the host.
            let is_asked = path
                .host
                .as_deref()
                .zip(gate.rule)
                .is_some_and(|(host, rule)| is_for_host(rule, host));
            if gate.outcome == Outcome::Depends && is_asked {
                gate.outcome = Outcome::Admitted;
            }
            path.steps.push(gate_step(gate, port));
        }
        // Who encrypts is worth a word, also where another policy admits.
        if let (End::Pod(caller), End::Pod(called), Some(number)) = (from, to, port.number) {
            let mutual = self.graph.mutual_tls(called, number);
            let is_asked = connection.gates.iter().any(|gate| gate.what == "mutual TLS");
            let is_meshed =
                self.graph.proxy(caller).is_there() && self.graph.proxy(called).is_there();
            if let Some((policy, field)) = mutual.decided
                && !is_asked
                && is_meshed
                && mutual.mode == Mode::Strict
            {
                let words = "mutual TLS is asked for, and both proxies speak it".to_owned();
                let step = Step::at(Kind::Policy, Outcome::Admitted, words, policy, Some(field));
                let before_authorization = path.steps.len()
                    - usize::from(
                        connection.gates.last().is_some_and(|gate| gate.what == "authorization"),
                    );
                path.steps.insert(before_authorization, step);
            }
        }
        path
    }

    pub(super) fn end_at(&mut self, path: Request, pod: &Pod<'a>, port: Port<'_>) {
        let listens = |container: &crate::objects::Container<'_>| {
            container.ports().iter().any(|of| of["containerPort"].as_u64() == port.number)
        };
        let number =
            port.number.map_or_else(|| "its port".to_owned(), |number| format!("port {number}"));
        let (words, at) = match pod.running().find(listens) {
            Some(container) => {
                (format!("container {}, {number}", container.name()), Some(container.json))
            }
            None => (format!("{number}, which no container declares"), None),
        };
        let step = Step::at(Kind::Workload, Outcome::Admitted, words, pod.owner, at);
        self.dead(&path, step, pod.owner.identity.to_string());
    }

    /// The end of a way.
    pub(super) fn dead(&mut self, path: &Request, last: Step, end: String) {
        let mut steps = path.steps.clone();
        steps.push(last);
        self.found.push((path.clone(), Way { steps, end }));
    }
}
