//! Charges credit cards: Node.js.

use manifests_lib::prelude::*;

use crate::shop::{PART_OF_VISIT, Shop};

pub(crate) fn bundle(shop: &Shop) -> Service<Grpc> {
    let app = shop.service(name!("paymentservice"));
    let server = app.deployment(shop.replicas).container(Container {
        name: name!("server"),
        image: (shop.image)(repository!("paymentservice")),
        port: port!(50051),
        resources: Resources { cpu: millicores(100), memory: mebibytes(128) },
        user: uid!(1000),
        probe: Probe::Grpc,
    });
    server.env([plain!("PORT", "50051"), plain!("DISABLE_PROFILER", "1")]);

    let service = server.expose_grpc(port!(50051));
    shop.promise(&service, PART_OF_VISIT);
    service
}
