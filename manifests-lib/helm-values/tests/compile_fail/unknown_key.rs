//! The outbound traffic policy has a mode.

use helm_values::{HelmChart, istiod};

fn main() {
    let _ = istiod::Values::with(|values| {
        values.mesh_config.outbound_traffic_policy.modus = Some("REGISTRY_ONLY".to_owned());
    });
}
