//! Hosts that Sidecars let through.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::graph::mesh::{self, Host};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-sidecar-host",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A Sidecar lets through a host that is not there, or is in another namespace",
    consequence: "the sidecar does not know the host: with REGISTRY_ONLY each call to it fails with 502",
    explanation: "Hosts without wildcards are looked at. Before the slash stands the namespace in which the Service or \
                  ServiceEntry is; `.` is that of the Sidecar. A host is a Service, by its name alone beside the \
                  object or by its full name, or a host of a ServiceEntry. Services are told missing in namespaces of \
                  which workloads or Services are here, other hosts where a ServiceEntry is.",
    remedy: "correct namespace and host: a full name ends in `.svc.cluster.local`",
    upstream: "https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for sidecar in graph.objects().of_kind(mesh::ROUTING, "Sidecar") {
        let egress = list(&sidecar.json["spec"]["egress"]).iter();
        for field in egress.flat_map(|listener| list(&listener["hosts"])) {
            let Some((namespace, host)) = text(field).and_then(|host| host.split_once('/')) else {
                continue;
            };
            let namespace = if namespace == "." { sidecar.namespace() } else { namespace };
            let object = match graph.host(host, sidecar.namespace()) {
                Host::Missing => {
                    let message = format!("no Service and no ServiceEntry has the host {host}");
                    findings.add(sidecar, At::Value(field), message);
                    continue;
                }
                Host::Service(object) | Host::Entry(object) => object,
                Host::Unknown => continue,
            };
            if namespace != "*" && namespace != object.namespace() {
                let message = format!("{host} is not of the namespace {namespace}");
                findings.add(sidecar, At::Value(field), message).side(
                    "it is here",
                    object,
                    At::Object,
                );
            }
        }
    }
}
