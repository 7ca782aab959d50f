//! Turns a cart into an order: Go.

use manifests_lib::prelude::*;

use crate::shop::{PART_OF_VISIT, Shop};

/// What a checkout calls.
pub(crate) struct Calls<'a> {
    pub(crate) cart: &'a Service<Grpc>,
    pub(crate) currency: &'a Service<Grpc>,
    pub(crate) email: &'a Service<Grpc>,
    pub(crate) payment: &'a Service<Grpc>,
    pub(crate) products: &'a Service<Grpc>,
    pub(crate) shipping: &'a Service<Grpc>,
}

pub(crate) fn bundle(shop: &Shop, calls: &Calls<'_>) -> Service<Grpc> {
    let app = shop.service(name!("checkoutservice"));
    let server = app.deployment(shop.replicas).container(Container {
        name: name!("server"),
        image: (shop.image)(repository!("checkoutservice")),
        port: port!(5050),
        resources: Resources { cpu: millicores(100), memory: mebibytes(128) },
        user: uid!(1000),
        probe: Probe::Grpc,
    });
    server.env([
        plain!("PORT", "5050"),
        app.calls(calls.products).address("PRODUCT_CATALOG_SERVICE_ADDR"),
        app.calls(calls.shipping).address("SHIPPING_SERVICE_ADDR"),
        app.calls(calls.payment).address("PAYMENT_SERVICE_ADDR"),
        app.calls(calls.email).address("EMAIL_SERVICE_ADDR"),
        app.calls(calls.currency).address("CURRENCY_SERVICE_ADDR"),
        app.calls(calls.cart).address("CART_SERVICE_ADDR"),
    ]);

    let service = server.expose_grpc(port!(5050));
    service.slo(PART_OF_VISIT);
    service
}
