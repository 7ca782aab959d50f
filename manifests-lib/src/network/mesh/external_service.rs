//! Hosts outside the mesh that namespaces may reach.

use custom_resources::istio::networking::v1 as networking;

use crate::network::service::Protocol;
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
