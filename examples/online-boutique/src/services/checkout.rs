//! Turns a cart into an order: Go.

use manifests_lib::prelude::*;

use crate::shop::{Backends, PART_OF_VISIT, Shop};

pub(crate) fn bundle(
    shop: &Shop,
    backends: &Backends,
    email: &Service<Grpc>,
    payment: &Service<Grpc>,
) -> Service<Grpc> {
    let app = shop.service(name!("checkoutservice"));
    let server = app.deployment(shop.replicas).container(Container {
        name: name!("server"),
        image: (shop.image)(repository!("checkoutservice")),
        port: port!(5050),
        resources: Resources { cpu: millicores(100), memory: mebibytes(128) },
        user: uid!(1000),
        probe: Probe::Grpc,
    });
    server.env(backends.called_by(&app));
    server.env([
        plain!("PORT", "5050"),
        app.calls(email).address("EMAIL_SERVICE_ADDR"),
        app.calls(payment).address("PAYMENT_SERVICE_ADDR"),
    ]);

    let service = server.expose_grpc(port!(5050));
    shop.promise(&service, PART_OF_VISIT);
    service
}
