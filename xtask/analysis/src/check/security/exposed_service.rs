//! Services that are reached from outside past every gateway.

use std::collections::HashMap;

use crate::check::{At, Family, Rule, Severity};
use crate::graph::{Graph, mesh};
use crate::objects::{Object, Pod, Selector, Value, list, text, texts};

pub(in crate::check) static RULE: Rule = Rule {
    name: "exposed-service",
    family: Family::Security,
    severity: Severity::Warning,
    summary: "Pods that are no gateway are reached from outside the cluster",
    consequence: "whatever a gateway would ask of a request, such as TLS, a login or a limit, is not asked; the port is open on every node",
    explanation: "A Service of type `NodePort` or `LoadBalancer` whose pods are here and are none of a gateway: no Istio Gateway selects \
                  them, and their image is none of an ingress controller or proxy. What is said to be meant is left out: \
                  `loadBalancerSourceRanges`, a balancer that its annotations call internal, a name for the outside \
                  (`external-dns.alpha.kubernetes.io/hostname`).",
    remedy: "make it a ClusterIP and lead an Ingress, a Gateway or a VirtualService to it, or say who may reach it by loadBalancerSourceRanges",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types",
    check: |graph, findings| {
        let gateways = Gateways::of(graph);
        for service in graph.objects().of_kind("", "Service") {
            let spec = &service.json["spec"];
            let way = match text(&spec["type"]) {
                Some("NodePort") => "on a port of each node",
                Some("LoadBalancer") => "through a balancer of the cloud",
                _ => continue,
            };
            let mut behind = graph.behind(service).peekable();
            let Some(first) = behind.peek().copied() else { continue };
            if is_declared(service) || behind.any(|pod| is_proxy(pod) || gateways.select(pod)) {
                continue;
            }
            findings
                .add(
                    service,
                    At::Value(&spec["type"]),
                    format!("{} is reached from outside {way}", first.owner.identity),
                )
                .side("its pods are made here", first.owner, At::Object);
        }
    },
};

/// Whether somebody has said who may reach it, and that it is meant.
fn is_declared(service: &Object) -> bool {
    let ranges = list(&service.json["spec"]["loadBalancerSourceRanges"]);
    let is_open = |range: &Value| text(range).is_some_and(|range| range.ends_with("/0"));
    let says_so = |(key, value): (&str, &str)| {
        key.contains("internal") && value != "false"
            || value.eq_ignore_ascii_case("internal")
            || key.starts_with("external-dns.alpha.kubernetes.io/hostname")
    };
    !ranges.is_empty() && !ranges.iter().any(is_open)
        || texts(&service.json["metadata"]["annotations"]).any(says_so)
}

/// Parts of the names of images that let requests in.
const GATEWAYS: &[&str] = &[
    "ambassador",
    "apisix",
    "caddy",
    "cloudflared",
    "contour",
    "emissary",
    "envoy",
    "gateway",
    "haproxy",
    "ingress",
    "kong",
    "proxyv2",
    "skipper",
    "traefik",
];

fn is_proxy(pod: &Pod<'_>) -> bool {
    let mut images = pod.containers().filter_map(|container| container.image());
    images.any(|image| image == "auto" || GATEWAYS.iter().any(|gateway| image.contains(gateway)))
}

/// What Istio's Gateways select, by the first label that they ask for.
struct Gateways<'a>(HashMap<(&'a str, &'a str), Vec<Selector<'a>>>);

impl<'a> Gateways<'a> {
    fn of(graph: &Graph<'a>) -> Self {
        let mut selectors: HashMap<_, Vec<_>> = HashMap::new();
        for gateway in graph.objects().of_kind(mesh::ROUTING, "Gateway") {
            let labels = &gateway.json["spec"]["selector"];
            if let Some(first) = texts(labels).next() {
                selectors.entry(first).or_default().push(Selector::of_labels(labels));
            }
        }
        Self(selectors)
    }

    fn select(&self, pod: &Pod<'_>) -> bool {
        let candidates = texts(pod.labels()).filter_map(|label| self.0.get(&label));
        candidates.flatten().any(|selector| selector.selects(pod.labels()))
    }
}
