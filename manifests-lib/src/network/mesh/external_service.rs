//! Hosts outside the mesh that namespaces may reach.

use custom_resources::istio::networking::v1 as networking;

use crate::network::protocol::Protocol;
use crate::values::Port;

/// A host outside the mesh, found by DNS, that these namespaces may reach.
pub(crate) fn external_service<P: Protocol>(
    host: &str,
    port: Port,
    bundle: &str,
    visible_in: Vec<String>,
) -> networking::ServiceEntrySpec {
    networking::ServiceEntrySpec {
        export_to: Some(visible_in),
        hosts: vec![host.to_owned()],
        location: Some(networking::ServiceEntryLocation::MeshExternal),
        ports: Some(vec![networking::ServiceEntryPort {
            name: format!("{}-{bundle}", P::NAME),
            number: port.into(),
            protocol: Some(P::NAME.to_uppercase()),
            target_port: None,
        }]),
        resolution: Some(networking::ServiceEntryResolution::Dns),
        addresses: None,
        endpoints: None,
        subject_alt_names: None,
        workload_selector: None,
    }
}

/// Protocols of servers that anybody on the internet may call. Others, such as those of databases, lead to a server of one's own.
const PUBLIC_PROTOCOLS: [&str; 6] = ["GRPC", "GRPC-WEB", "HTTP", "HTTP2", "HTTPS", "TLS"];

/// The servers outside the cluster that a ServiceEntry leads to by another protocol than HTTP and TLS: where it names no addresses,
/// its hosts.
pub(crate) fn own_servers(entry: &networking::ServiceEntry) -> Vec<&str> {
    let spec = &entry.spec;
    let is_public = |port: &networking::ServiceEntryPort| {
        let protocol = port.protocol.as_deref().unwrap_or_default();
        PUBLIC_PROTOCOLS.iter().any(|public| public.eq_ignore_ascii_case(protocol))
    };
    let inside = matches!(spec.location, Some(networking::ServiceEntryLocation::MeshInternal))
        || spec.workload_selector.is_some();
    if inside || spec.ports.iter().flatten().all(is_public) {
        return Vec::new();
    }
    let endpoints = spec.endpoints.iter().flatten();
    let addresses: Vec<&str> =
        endpoints.filter_map(|endpoint| endpoint.address.as_deref()).collect();
    if addresses.is_empty() { spec.hosts.iter().map(String::as_str).collect() } else { addresses }
}
