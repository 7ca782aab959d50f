//! Labels and annotations of pods
//!
//! For tools that look at pods. Labels by which selectors find them cannot be changed so.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let ledger = team.bundle(name!("ledger"), &SHOP).app(&NODES);
    let deployment = ledger.deployment(1);
    deployment.container(web());
    deployment.pod_label(&label_key!("example.com/cost-center"), "4711");
    deployment.pod_annotation(&label_key!("example.com/owner"), "team-ledger");
}
