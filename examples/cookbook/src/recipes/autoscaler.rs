//! An autoscaler
//!
//! As many pods as the load needs, between two numbers. The Deployment has no `replicas` then, which both would write.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let frontend = team.bundle(name!("frontend"), &SHOP).app(&NODES);
    let deployment = frontend.deployment(Replicas::Between {
        min: 2,
        max: 6,
        scale_on: ScaleOn::Cpu(percent!(70)),
    });
    deployment.container(web());
}
