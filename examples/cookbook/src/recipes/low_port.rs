//! A port below 1024
//!
//! A program that is not root takes one where its file has the capability, which the container must allow. The reason stands with the other
//! security exceptions.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let legacy = team.bundle(name!("legacy"), &SHOP).app(&NODES);
    let server = legacy.deployment(1).container(Container { port: port!(80), ..web() });
    server.capability(Capability::NetBindService, "its port 80 cannot be changed");
}
