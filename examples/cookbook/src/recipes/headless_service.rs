//! A headless Service
//!
//! The name stands for the addresses of all pods, and the caller chooses among them: for clients that balance themselves.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let search = team.bundle(name!("search"), &SHOP).app(&NODES);
    let server = search.deployment(3).container(web());
    let pods = server.expose_grpc_as(name!("pods"), port!(50051));
    pods.headless();

    let finder = team.bundle(name!("finder"), &SHOP).app(&NODES);
    let server = finder.deployment(1).container(web());
    server.env([finder.calls(&pods).address("SEARCH_ADDR")]);
}
