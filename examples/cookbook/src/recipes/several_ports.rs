//! Several ports of a container and a Service
//!
//! One container answers gRPC and HTTP. Each port has a handle of its own, so that callers of one are not admitted to the other.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let stock = team.bundle(name!("stock"), &SHOP).app(&NODES);
    let server = stock.deployment(2).container(web());
    let http = server.expose_http(port!(80));
    let grpc = http.and_grpc(&server.port(port_name!("grpc"), port!(9090)), port!(9090));

    let shelf = team.bundle(name!("shelf"), &SHOP).app(&NODES);
    let server = shelf.deployment(1).container(web());
    server.env([shelf.calls(&http).url("STOCK_URL"), shelf.calls(&grpc).address("STOCK_ADDR")]);
}
