//! Ads for the categories of products: Java.

use manifests_lib::prelude::*;

use crate::shop::{PART_OF_VISIT, Shop};

pub(crate) fn bundle(shop: &Shop) -> Service<Grpc> {
    let app = shop.service(name!("adservice"));
    let server = app.deployment(shop.replicas).container(Container {
        name: name!("server"),
        image: (shop.image)(repository!("adservice")),
        port: port!(9555),
        resources: Resources { cpu: millicores(200), memory: mebibytes(300) },
        user: uid!(1000),
        probe: Probe::Grpc,
    });
    server.env([plain!("PORT", "9555")]);

    let service = server.expose_grpc(port!(9555));
    shop.promise(&service, PART_OF_VISIT);
    service
}
