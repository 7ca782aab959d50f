//! An init container that waits
//!
//! Runs to its end before the others start, and calls what its component may call.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, first, web, worker};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let catalog = team.bundle(name!("catalog"), &SHOP).app(&NODES);
    let service = catalog.deployment(2).container(web()).expose_http(port!(80));

    let visitors = team.bundle(name!("visitors"), &SHOP).app(&NODES);
    let catalog = visitors.calls(&service);
    let deployment = visitors.deployment(1);
    let wait = deployment.init_container(first());
    wait.command(["sh", "-c", "until wget -q -O /dev/null $CATALOG_URL; do sleep 5; done"]);
    wait.env([catalog.url("CATALOG_URL")]);
    deployment.portless_container(worker()).env([catalog.url("CATALOG_URL")]);
}
