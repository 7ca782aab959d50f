//! A graceful stop
//!
//! The container goes on while Services learn that its pod goes away, and then has time to finish. The build compares both times.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let uploads = team.bundle(name!("uploads"), &SHOP).app(&NODES);
    let deployment = uploads.deployment(2);
    deployment.grace_period(seconds(90));
    deployment.container(web()).pre_stop(PreStop::Sleep(seconds(10)));
}
