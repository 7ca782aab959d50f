//! From a Service to its pods, past everybody who is asked, and past the pods where they are a gateway.

use super::words::{gate_step, is_for_host};
use super::{Request, Walk};
use crate::graph::mesh::ROUTING;
use crate::graph::mesh::membership::{Proxy, is_gateway};
use crate::graph::mesh::mutual_tls::Mode;
use crate::graph::network::{End, Hop, Port};
use crate::graph::{Caller, Outcome};
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
            let (path, from) = self.waypoint(path.with(step), from, &hop);
            let path = self.begun(path, from, &hop);
            self.arrive(path, from, &hop);
        }
    }

    /// Past the waypoint of a Service, which calls the pods in the caller's place.
    fn waypoint(
        &self,
        mut path: Request,
        from: End<'g, 'a>,
        hop: &Hop<'g, 'a>,
    ) -> (Request, End<'g, 'a>) {
        let number = hop.service_port.and_then(|port| port["port"].as_u64());
        let (End::Pod(caller), Some(number)) = (from, number) else { return (path, from) };
        let is_ambient = |pod: &Pod<'_>| self.graph.proxy(pod) == Proxy::Ambient;
        if !is_ambient(caller) || !hop.pod.is_some_and(is_ambient) {
            return (path, from);
        }
        let Some(waypoint) = self.graph.waypoint_of(hop.service) else { return (path, from) };
        let own = self.graph.pods_of_gateway(waypoint).into_iter().next();
        if own.is_some_and(|own| std::ptr::eq(own.owner, caller.owner)) {
            return (path, from);
        }
        let words = "its waypoint takes the requests".to_owned();
        path.steps.push(Step::at(Kind::Gateway, Outcome::Admitted, words, waypoint, None));
        let caller = self.graph.caller(caller);
        let admits = |port| self.graph.waypoint_admits(caller, waypoint, hop.service, port);
        let mut verdict = admits(number);
        // Which of both ports a policy there means is not said.
        let of_pod = hop.port.number.map(admits);
        if of_pod.is_some_and(|of_pod| of_pod.outcome != verdict.outcome) {
            verdict.outcome = Outcome::Depends;
        }
        if let Some(policy) = verdict.policy {
            let words = match verdict.outcome {
                Outcome::Admitted => "admits the caller at the waypoint",
                Outcome::Depends => "admits some requests at the waypoint, by what they ask for",
                Outcome::Refused => "does not admit the caller at the waypoint",
            };
            let step =
                Step::at(Kind::Policy, verdict.outcome, words.to_owned(), policy, verdict.rule);
            path.steps.push(step);
        }
        (path, own.map_or(from, End::Pod))
    }

    /// What the proxy of the caller begins, and whether the pods take it.
    fn begun(&self, mut path: Request, from: End<'g, 'a>, hop: &Hop<'g, 'a>) -> Request {
        let service_port = hop.service_port.and_then(|port| port["port"].as_u64());
        let (End::Pod(caller), Some(pod), Some(of_service), Some(number)) =
            (from, hop.pod, service_port, hop.port.number)
        else {
            return path;
        };
        if self.graph.proxy(caller) != Proxy::Sidecar {
            return path;
        }
        let begun = self.graph.begun_tls(caller.namespace(), hop.service, of_service);
        let Some((rule, mode)) = begun else { return path };
        let written = text(mode).unwrap_or_default();
        let (outcome, words) = match self.graph.contradiction(written, pod, number) {
            Some((message, _)) => {
                // A subset may say otherwise.
                let mut subsets = list(&rule.json["spec"]["subsets"]).iter();
                let is_sure = !subsets.any(|it| !it["trafficPolicy"]["tls"].is_null());
                (if is_sure { Outcome::Refused } else { Outcome::Depends }, message)
            }
            None => (Outcome::Admitted, format!("the proxy of the caller begins {written}")),
        };
        path.steps.push(Step::at(Kind::Proxy, outcome, words, rule, Some(mode)));
        let shows_nothing = ["DISABLE", "SIMPLE", "MUTUAL"].contains(&written);
        if outcome == Outcome::Admitted && shows_nothing {
            let as_stranger = self.graph.admits(Caller::Stranger, pod, number);
            if let (Outcome::Refused, Some(policy)) = (as_stranger.outcome, as_stranger.policy) {
                let words = format!("admits nobody who does not show who he is, as by {written}");
                let at = as_stranger.rule;
                path.steps.push(Step::at(Kind::Policy, Outcome::Refused, words, policy, at));
            }
        }
        path
    }

    /// The `EnvoyFilters` that change a proxy on the way, which nobody reads here.
    fn unread(&self, path: &mut Request, pod: &Pod<'_>, context: &str) {
        if self.graph.proxy(pod) != Proxy::Sidecar {
            return;
        }
        let context = if is_gateway(pod) { "GATEWAY" } else { context };
        let filters = self.graph.objects().of_kind(ROUTING, "EnvoyFilter");
        let own = [pod.namespace(), self.graph.root_namespace()];
        for filter in filters.filter(|filter| own.contains(&filter.namespace())) {
            let spec = &filter.json["spec"];
            let labels = Selector::of_labels(&spec["workloadSelector"]["labels"]);
            let mut patches = list(&spec["configPatches"]).iter();
            let is_here = patches.any(|patch| {
                let of_patch = text(&patch["match"]["context"]).unwrap_or("ANY");
                of_patch == "ANY" || of_patch == context
            });
            if is_here && (labels.is_empty() || pod.is_selected_by(&labels)) {
                let words =
                    format!("changes the proxy of {}, and is not read here", pod.owner.identity);
                path.steps.push(Step::at(Kind::Proxy, Outcome::Depends, words, filter, None));
            }
        }
    }

    /// At pods, and past them where they are a gateway.
    fn arrive(&mut self, path: Request, from: End<'g, 'a>, hop: &Hop<'g, 'a>) {
        let mut path = self.gates(path, from, hop.end(), hop.port);
        if let End::Pod(caller) = from {
            self.unread(&mut path, caller, "SIDECAR_OUTBOUND");
        }
        if let Some(pod) = hop.pod {
            self.unread(&mut path, pod, "SIDECAR_INBOUND");
        }
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
