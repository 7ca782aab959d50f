//! TLS that callers begin and servers do not take.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashSet;

use crate::graph::mesh::Host;
use crate::graph::target_port;
use crate::graph::{Graph, mesh};
use crate::objects::{Object, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "contradicting-mutual-tls",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "A DestinationRule calls a Service with other TLS than its pods take",
    consequence: "each connection is reset, and callers get 503",
    explanation: "Pods that take nothing but mutual TLS of the mesh (`STRICT`) are not reached with `DISABLE`, `SIMPLE` or \
                  `MUTUAL`; pods without a proxy, or with `DISABLE`, are not reached with `ISTIO_MUTUAL`. A Service \
                  is looked at where it is known of its pods whether they are in the mesh. A rule for a wildcard is \
                  looked at for the Services that have no rule of their own.",
    remedy: "leave `tls` out of the DestinationRule, so that sidecars take what the pods do; or let the PeerAuthentication say the same",
    upstream: "https://istio.io/latest/docs/concepts/security/#authentication-policies",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let rules = || graph.objects().of_kind(mesh::ROUTING, "DestinationRule");
    let host = |rule: &Object| {
        let host = text(&rule.json["spec"]["host"])?;
        Some(mesh::full(host, rule.namespace()).into_owned())
    };
    let exact: HashSet<String> = rules().filter_map(host).collect();
    for rule in rules() {
        let Some(full) = host(rule) else { continue };
        let services: Vec<&Object> = if full.contains('*') {
            let all = graph.objects().of_kind("", "Service");
            all.filter(|service| {
                let own = mesh::full(service.name(), service.namespace());
                !exact.contains(own.as_ref()) && mesh::overlap(&full, &own)
            })
            .collect()
        } else if let Host::Service(service) = graph.host(&full, rule.namespace()) {
            vec![service]
        } else {
            continue;
        };
        for service in services {
            if of_service(graph, findings, rule, service) {
                break;
            }
        }
    }
}

/// The policies of a rule: what each says of TLS, and of which port.
fn policies(rule: &Object) -> Vec<(&Value, Option<u64>)> {
    let spec = &rule.json["spec"];
    let of_subsets = list(&spec["subsets"]).iter().map(|subset| &subset["trafficPolicy"]);
    let mut all = Vec::new();
    for policy in of_subsets.chain(Some(&spec["trafficPolicy"])) {
        let levels = list(&policy["portLevelSettings"]);
        all.push((&policy["tls"], None));
        all.extend(levels.iter().map(|level| (&level["tls"], level["port"]["number"].as_u64())));
    }
    all
}

/// Tells the first contradiction of each policy; whether there is any.
fn of_service(
    graph: &Graph<'_>,
    findings: &mut Findings<'_>,
    rule: &Object,
    service: &Object,
) -> bool {
    let mut found = false;
    let policies = policies(rule);
    for (tls, number) in &policies {
        let Some(mode) = text(&tls["mode"]) else { continue };
        let ports = list(&service.json["spec"]["ports"]).iter().filter(|port| match number {
            Some(number) => port["port"].as_u64() == Some(*number),
            // What is said of the port alone goes before it.
            None => !policies
                .iter()
                .any(|(_, other)| other.is_some() && *other == port["port"].as_u64()),
        });
        let mut places = ports.flat_map(|port| graph.staying(service).map(move |pod| (port, pod)));
        let contradiction = places.find_map(|(port, pod)| {
            let own = pod.port_number(target_port(port))?;
            let (message, taken) = graph.contradiction(mode, pod, own)?;
            Some((message, taken.decided, pod.owner))
        });
        if let Some((message, decided, owner)) = contradiction {
            found = true;
            let added = findings.add(rule, At::Value(&tls["mode"]), message);
            match decided {
                Some((policy, field)) => added.side("this says so", policy, At::Value(field)),
                None => added.side("the pods are of this", owner, At::Object),
            };
        }
    }
    found
}
