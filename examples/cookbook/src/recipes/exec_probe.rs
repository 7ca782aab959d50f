//! A probe that runs a command
//!
//! For containers that listen on no port, or take a bare connection for an attack. The command runs in the container.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, worker};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let crawler = team.bundle(name!("crawler"), &SHOP).app(&NODES);
    let worker = crawler.deployment(1).portless_container(worker());
    worker.liveness(Probe::Exec(&["/bin/crawler", "--check"]).every(seconds(30)));
}
