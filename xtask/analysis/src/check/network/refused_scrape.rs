//! Monitors whose pods Prometheus may not reach.

use super::{Needed, all_refused, tell};
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::network::{End, Port, target_of};
use crate::graph::{Graph, Monitor};
use crate::objects::{Object, Pod, Selector, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "refused-scrape",
    family: Family::Network,
    severity: Severity::Error,
    summary: "A monitor asks for metrics of pods that do not let Prometheus in",
    consequence: "the target stays down: no metrics, and alerts about what is not there or that never fire",
    explanation: "The pods of each `Prometheus` that selects the monitor are asked for; where none is here, nobody may come in \
                  at the port at all. A monitor with certificates of its own may speak mutual TLS, and policies of \
                  the mesh are then not asked.",
    remedy: "let Prometheus in at the port of the metrics",
    upstream: "https://prometheus-operator.dev/docs/platform/troubleshooting/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for monitor in graph.monitors() {
        let servers = servers(graph, monitor);
        let from: Vec<End<'_, '_>> = match servers.as_slice() {
            [] => vec![End::Somebody],
            pods => pods.iter().map(|pod| End::Pod(pod)).collect(),
        };
        let who = match servers.first() {
            Some(pod) => pod.owner.identity.to_string(),
            None => "Prometheus".to_owned(),
        };
        for endpoint in monitor.endpoints() {
            let ends = ends(graph, monitor, endpoint);
            let Some((mut connection, to, port)) = all_refused(graph, &from, &ends) else {
                continue;
            };
            if endpoint["tlsConfig"].is_object() {
                connection.gates.retain(|gate| ["egress", "ingress"].contains(&gate.what));
            }
            let what = match text(&endpoint["port"]) {
                Some(name) => format!("its port {name}"),
                None => "its port".to_owned(),
            };
            let at = At::Value(endpoint);
            let needed = Needed { from: monitor.object, at, who: who.clone(), what, to, port };
            tell(findings, &needed, &connection);
        }
    }
}

/// The pods of every `Prometheus` that selects a monitor.
fn servers<'g, 'a>(graph: &'g Graph<'a>, monitor: Monitor<'a>) -> Vec<&'g Pod<'a>> {
    let field = if monitor.of_services { "serviceMonitor" } else { "podMonitor" };
    let selects = |prometheus: &&Object| {
        let spec = &prometheus.json["spec"];
        let monitors = &spec[format!("{field}Selector")];
        let namespaces = &spec[format!("{field}NamespaceSelector")];
        let labels = &monitor.object.json["metadata"]["labels"];
        let is_own = prometheus.namespace() == monitor.object.namespace();
        // What selects namespaces by labels is taken to select this one.
        monitors.is_object()
            && Selector::of(monitors).selects(labels)
            && (is_own || namespaces.is_object())
    };
    let servers = graph.objects().of_kind("monitoring.coreos.com", "Prometheus").filter(selects);
    let pods = servers.flat_map(|prometheus| {
        let name = prometheus.name();
        let pods = graph.pods_in(prometheus.namespace());
        pods.filter(move |pod| text(&pod.labels()["operator.prometheus.io/name"]) == Some(name))
    });
    pods.collect()
}

/// The ports of pods that an endpoint of a monitor asks.
fn ends<'g, 'a>(
    graph: &'g Graph<'a>,
    monitor: Monitor<'a>,
    endpoint: &Value,
) -> Vec<(End<'g, 'a>, Port<'a>)> {
    let mut ends = Vec::new();
    if monitor.of_services {
        for service in graph.monitored_services(monitor) {
            let ports = list(&service.json["spec"]["ports"]).iter();
            let is_asked = |port: &&Value| {
                !endpoint["port"].is_null() && port["name"] == endpoint["port"]
                    || !endpoint["targetPort"].is_null()
                        && port["targetPort"] == endpoint["targetPort"]
            };
            for port in ports.filter(is_asked) {
                ends.extend(
                    graph.behind(service).map(|pod| (End::Pod(pod), target_of(port, Some(pod)))),
                );
            }
        }
    } else {
        for pod in graph.monitored_pods(monitor) {
            let ports = pod.containers().flat_map(|container| container.ports());
            let named = ports
                .filter(|port| !endpoint["port"].is_null() && port["name"] == endpoint["port"]);
            let named = named.filter_map(|port| port["containerPort"].as_u64());
            ends.extend(
                named
                    .chain(endpoint["portNumber"].as_u64())
                    .map(|port| (End::Pod(pod), Port::tcp(port))),
            );
        }
    }
    ends
}
