//! Hosts of `DestinationRules`.

use crate::check::{At, Family, Findings, Rule, Severity, hint};
use crate::graph::Graph;
use crate::graph::mesh::{self, Host};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-rule-host",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A DestinationRule is for a host, or a port of one, that is not there",
    consequence: "the rule changes nothing: no encryption, no limit and no subset of it is in force",
    explanation: "A host is a Service, by its name alone beside the object or by its full name, or a host of a \
                  ServiceEntry. Services are told missing in namespaces of which workloads or Services are here, other \
                  hosts where a ServiceEntry is.",
    remedy: "correct the host: a full name ends in `.svc.cluster.local`; and the number: a rule counts the ports of the Service",
    upstream: "https://istio.io/latest/docs/reference/config/networking/destination-rule/#DestinationRule",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for rule in graph.objects().of_kind(mesh::ROUTING, "DestinationRule") {
        let spec = &rule.json["spec"];
        let Some(host) = text(&spec["host"]) else { continue };
        match graph.host(host, rule.namespace()) {
            Host::Missing => {
                let others =
                    graph.services_in(rule.namespace()).iter().map(|service| service.name());
                let hint = hint(host, others);
                let message = format!("no Service and no ServiceEntry has the host {host}{hint}");
                findings.add(rule, At::Value(&spec["host"]), message);
            }
            Host::Service(service) => {
                let ports = &service.json["spec"]["ports"];
                let of_subsets =
                    list(&spec["subsets"]).iter().map(|subset| &subset["trafficPolicy"]);
                let policies = of_subsets.chain(Some(&spec["trafficPolicy"]));
                for settings in policies.flat_map(|policy| list(&policy["portLevelSettings"])) {
                    let number = &settings["port"]["number"];
                    if number.is_u64() && !list(ports).iter().any(|port| port["port"] == *number) {
                        let message = format!("{} has no port {number}", service.identity);
                        findings.add(rule, At::Value(number), message).side(
                            "its ports are here",
                            service,
                            At::Value(ports),
                        );
                    }
                }
            }
            Host::Entry(_) | Host::Unknown => {}
        }
    }
}
