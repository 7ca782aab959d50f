//! Nothing is known to take null in place of the number of replicas.

use helm_values::{HelmChart, Nullable, istiod};

fn main() {
    let none: Option<Nullable<i64>> = Some(Nullable::Unset);
    let _ = istiod::Values::with(|values| values.replica_count = none);
}
