//! No liveness probe
//!
//! A pod that hangs leaves its Services, but is not restarted. The reason is for who reads the code.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let render = team.bundle(name!("render"), &SHOP).app(&NODES);
    let server = render.deployment(2).container(web());
    server.without_liveness("a picture may take minutes, and a restart would lose it");
}
