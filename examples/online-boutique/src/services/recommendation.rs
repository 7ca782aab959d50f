//! Products that go with those of a cart: Python.

use manifests_lib::prelude::*;

use crate::shop::{PART_OF_VISIT, Shop};

pub(crate) fn bundle(shop: &Shop, products: &Service<Grpc>) -> Service<Grpc> {
    let app = shop.service(name!("recommendationservice"));
    let server = app.deployment(shop.replicas).container(Container {
        name: name!("server"),
        image: (shop.image)(repository!("recommendationservice")),
        port: port!(8080),
        resources: Resources { cpu: millicores(100), memory: mebibytes(450) },
        user: uid!(1000),
        probe: Probe::Grpc,
    });
    server.env([
        plain!("PORT", "8080"),
        plain!("DISABLE_PROFILER", "1"),
        app.calls(products).address("PRODUCT_CATALOG_SERVICE_ADDR"),
    ]);

    let service = server.expose_grpc(port!(8080));
    shop.promise(&service, PART_OF_VISIT);
    service
}
