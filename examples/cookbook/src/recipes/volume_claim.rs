//! A volume that outlives the pod
//!
//! For one pod at a time: the old one stops before a new one starts, which the build asks for.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, storage_class, .. }: &Kitchen) {
    let wiki = team.bundle(name!("wiki"), &SHOP).app(&NODES);
    let pages = wiki.volume_claim(VolumeClaim {
        name: name!("pages"),
        size: gibibytes(2),
        storage_class: storage_class.clone(),
        owner: uid!(65532),
    });
    let deployment = wiki.deployment(1);
    deployment.recreate();
    deployment.container(web()).mount(&pages, path!("/var/lib/wiki"));
}
