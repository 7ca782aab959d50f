//! A configuration file
//!
//! Text that everybody may see, as a file. A change of it restarts the pods; the build refuses what reads like a secret.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let flags = team.bundle(name!("flags"), &SHOP).app(&NODES);
    let files = flags.config(ConfigFiles {
        name: &name!("flags"),
        files: &[(file_name!("flags.json"), r#"{"checkout": "new"}"#)],
    });
    flags.deployment(2).container(web()).mount(&files, path!("/etc/flags"));
}
