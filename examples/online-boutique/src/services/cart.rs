//! Carts, kept in a cache: C#.

use manifests_lib::data::cache::Cache;
use manifests_lib::prelude::*;

use crate::shop::{PART_OF_VISIT, Shop};

pub(crate) fn bundle(shop: &Shop, cache: Cache) -> Service<Grpc> {
    let app = shop.service(name!("cartservice"));
    let carts = app.cache(cache);
    let server = app.deployment(shop.replicas).container(Container {
        name: name!("server"),
        image: (shop.image)(repository!("cartservice")),
        port: port!(7070),
        resources: Resources { cpu: millicores(200), memory: mebibytes(128) },
        user: uid!(1000),
        probe: Probe::Grpc,
    });
    server.env([carts.stack_exchange("REDIS_ADDR")]);

    let service = server.expose_grpc(port!(7070));
    shop.promise(&service, PART_OF_VISIT);
    service
}
