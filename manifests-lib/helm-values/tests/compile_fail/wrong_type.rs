//! A number of replicas is no text.

use helm_values::istiod;

fn main() {
    let _ = istiod::Values {
        replica_count: Some("2"),
        ..istiod::Values::default()
    };
}
