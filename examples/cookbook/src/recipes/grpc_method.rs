//! A route of one gRPC method
//!
//! What must not be done twice is not sent again, and may take longer.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let charges = team.bundle(name!("charges"), &SHOP).app(&NODES);
    let server = charges.deployment(2).container(Container {
        port: port!(50051),
        probe: Probe::Grpc,
        ..web()
    });
    let route = server.expose_grpc(port!(50051)).mesh_route();
    route.timeout(seconds(1));
    route.retries(Retries {
        attempts: 1,
        per_try: milliseconds(400),
        on: [GrpcRetryOn::Unavailable],
    });
    let charge = route.method(grpc_method!("/shop.Payment/Charge"));
    charge.timeout(seconds(10));
    charge.without_retries();
}
