//! A probe with a header and times of its own
//!
//! The kubelet asks a path with a header, at another port or by HTTPS. Startup, readiness and liveness are the container's own probe, or
//! said apart, with times of their own.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let health = HttpGet::new(url_path!("/healthz")).header("X-Asked-By", "kubelet");
    let pages = team.bundle(name!("pages"), &SHOP).app(&NODES);
    let server = pages.deployment(2).container(Container {
        probe: Probe::HttpGet(health.clone()),
        ..web()
    });
    server.startup_time(seconds(120));
    server.readiness(Probe::HttpGet(health).every(seconds(15)).timeout(seconds(5)).failures(2));
}
