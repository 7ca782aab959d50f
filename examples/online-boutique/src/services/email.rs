//! Confirmations of orders: Python.

use manifests_lib::prelude::*;

use crate::shop::{PART_OF_VISIT, Shop};

pub(crate) fn bundle(shop: &Shop) -> Service<Grpc> {
    let app = shop.service(name!("emailservice"));
    let server = app.deployment(shop.replicas).container(Container {
        name: name!("server"),
        image: (shop.image)(repository!("emailservice")),
        port: port!(8080),
        resources: Resources { cpu: millicores(100), memory: mebibytes(128) },
        user: uid!(1000),
        probe: Probe::Grpc,
    });
    server.env([plain!("PORT", "8080"), plain!("DISABLE_PROFILER", "1")]);

    let service = server.expose_grpc(port!(5000));
    shop.promise(&service, PART_OF_VISIT);
    service
}
