//! A sidecar
//!
//! Starts before the other containers, runs beside them and ends behind them; a Job ends without it.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web, worker};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let orders = team.bundle(name!("orders"), &SHOP).app(&NODES);
    let deployment = orders.deployment(2);
    let logs = deployment.scratch(name!("logs"), mebibytes(64));
    let shipper = deployment.portless_sidecar(PortlessContainer { name: name!("shipper"), ..worker() });
    shipper.mount(&logs, path!("/logs"));
    deployment.container(web()).mount(&logs, path!("/var/log/orders"));
}
