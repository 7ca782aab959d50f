//! Metrics of the program
//!
//! Prometheus reads what the program counts itself, beside what its proxy counts, and becomes no caller of the Service. The port needs no
//! Service.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, worker};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let mailer = team.bundle(name!("mailer"), &SHOP).app(&NODES);
    let worker = mailer.deployment(1).portless_container(worker());
    worker.port(port_name!("metrics"), port!(9090)).metrics(url_path!("/metrics"));
}
