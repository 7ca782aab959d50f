//! A gRPC service
//!
//! Speaks gRPC in the mesh and answers the health service of gRPC, which the kubelet asks. Whoever calls it gets its address by saying so,
//! and nobody else is admitted.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let prices = team.bundle(name!("prices"), &SHOP).app(&NODES);
    let server = prices.deployment(2).container(Container {
        port: port!(50051),
        probe: Probe::Grpc,
        ..web()
    });
    let service = server.expose_grpc(port!(50051));

    let cart = team.bundle(name!("cart"), &SHOP).app(&NODES);
    let server = cart.deployment(2).container(web());
    server.env([cart.calls(&service).address("PRICES_ADDR")]);
}
