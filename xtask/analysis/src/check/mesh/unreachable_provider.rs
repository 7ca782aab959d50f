//! Addresses of providers of the mesh.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::borrow::Cow;

use crate::graph::Graph;
use crate::graph::mesh::Host;
use crate::objects::{Map, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "unreachable-provider",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "A provider of the mesh has an address that nobody serves",
    consequence: "proxies have no such cluster: spans and logs are dropped, and what asks an authoriser is refused",
    explanation: "`service` and `port` of `meshConfig.extensionProviders` are looked up among Services and \
                  ServiceEntries, wherever the configuration of the mesh stands: istiod's ConfigMap or the values of its chart.",
    remedy: "correct the port or the host of the provider",
    upstream: "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for configuration in graph.mesh_configurations() {
        for provider in list(&configuration.value["extensionProviders"]) {
            let name = text(&provider["name"]).unwrap_or_default();
            let settings = provider.as_object().into_iter().flat_map(Map::values);
            for setting in settings.filter(|setting| setting.is_object()) {
                let (host, port) = (&setting["service"], &setting["port"]);
                let Some(service) = text(host) else { continue };
                let bare = service.split_once('/').map_or(service, |(_, bare)| bare);
                // Texts in full are looked up by `missing-called-service`.
                let (at, message, side) = match graph.host(bare, graph.root_namespace()) {
                    Host::Missing if !bare.contains(".svc") => {
                        (host, format!("nothing has the host {bare} of the provider {name}"), None)
                    }
                    Host::Service(object) | Host::Entry(object)
                        if lacks(object_ports(&object.json), port) =>
                    {
                        (
                            port,
                            format!(
                                "{} has no port {port}, which the provider {name} calls",
                                object.identity
                            ),
                            Some(object),
                        )
                    }
                    _ => continue,
                };
                // What was read of a text is not a part of the object.
                let at = match configuration.value {
                    Cow::Borrowed(_) => at,
                    Cow::Owned(_) => configuration.field,
                };
                let added = findings.add(configuration.object, At::Value(at), message);
                if let Some(object) = side {
                    added.side(
                        "its ports are here",
                        object,
                        At::Value(&object.json["spec"]["ports"]),
                    );
                }
            }
        }
    }
}

fn object_ports(json: &Value) -> &[Value] {
    list(&json["spec"]["ports"])
}

/// Whether none of the ports of a Service or `ServiceEntry` is this one.
fn lacks(ports: &[Value], port: &Value) -> bool {
    port.is_u64()
        && !ports.is_empty()
        && !ports.iter().any(|known| known["port"] == *port || known["number"] == *port)
}
