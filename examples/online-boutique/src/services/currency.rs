//! Prices in other currencies: Node.js.

use manifests_lib::prelude::*;

use crate::shop::{PART_OF_VISIT, Shop};

pub(crate) fn bundle(shop: &Shop) -> Service<Grpc> {
    let app = shop.service(name!("currencyservice"));
    let server = app.deployment(shop.replicas).container(Container {
        name: name!("server"),
        image: (shop.image)(repository!("currencyservice")),
        port: port!(7000),
        resources: Resources { cpu: millicores(100), memory: mebibytes(128) },
        user: uid!(1000),
        probe: Probe::Grpc,
    });
    server.env([plain!("PORT", "7000"), plain!("DISABLE_PROFILER", "1")]);

    let service = server.expose_grpc(port!(7000));
    shop.promise(&service, PART_OF_VISIT);
    service
}
