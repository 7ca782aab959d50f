//! Nothing is known to take null in place of the number of replicas.

use helm_values::{HelmChart, Nullable, istiod};

fn main() {
    let _ = istiod::Values::with(|values| {
        values.replica_count = Some(Nullable::Unset);
    });
}
