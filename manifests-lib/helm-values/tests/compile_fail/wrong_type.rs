//! A number of replicas is no text.

use helm_values::{HelmChart, istiod};

fn main() {
    let two = Some("2");
    let _ = istiod::Values::with(|values| values.replica_count = two);
}
