//! Folders
//!
//! A root file system is read-only: what a program writes goes to a folder with a limit, on the node's disk or in memory, of one container
//! or shared by several.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, first, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let themes = team.bundle(name!("themes"), &SHOP).app(&NODES);
    let deployment = themes.deployment(2);
    let shared = deployment.scratch(name!("themes"), mebibytes(32));
    let fill = deployment.init_container(first());
    fill.command(["sh", "-c", "echo blue > /themes/default"]);
    fill.mount(&shared, path!("/themes"));
    let server = deployment.container(web());
    server.mount(&shared, path!("/usr/share/themes"));
    server.empty_dir(path!("/tmp"), mebibytes(64));
    server.empty_dir_in_memory(path!("/var/cache/pages"), mebibytes(16));
}
