//! The outbound traffic policy has a mode.

use helm_values::istiod::MeshConfigOutboundTrafficPolicy;

fn main() {
    let _ = MeshConfigOutboundTrafficPolicy {
        modus: Some("REGISTRY_ONLY".to_owned()),
    };
}
