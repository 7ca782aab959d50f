//! The pages that visitors see: Go.

use manifests_lib::network::mesh::GatewayRoute;
use manifests_lib::prelude::*;
use manifests_lib::workload::HttpGet;

use crate::platform::INGRESS;
use crate::shop::{Shop, VISIT};

/// What a page calls.
pub(crate) struct Calls<'a> {
    pub(crate) ads: &'a Service<Grpc>,
    pub(crate) cart: &'a Service<Grpc>,
    pub(crate) checkout: &'a Service<Grpc>,
    pub(crate) currency: &'a Service<Grpc>,
    pub(crate) products: &'a Service<Grpc>,
    pub(crate) recommendations: &'a Service<Grpc>,
    pub(crate) shipping: &'a Service<Grpc>,
}

pub(crate) fn bundle(shop: &Shop, calls: &Calls<'_>) -> Service<Http> {
    let app = shop.service(name!("frontend"));
    let healthy = HttpGet::new(url_path!("/_healthz")).not_secret_header(
        "Cookie",
        "shop_session-id=x-probe",
        "names the session of the probe",
    );
    let server = app.deployment(shop.replicas).container(Container {
        name: name!("server"),
        image: (shop.image)(repository!("frontend")),
        port: port!(8080),
        resources: Resources { cpu: millicores(100), memory: mebibytes(128) },
        user: uid!(1000),
        probe: Probe::HttpGet(healthy),
    });
    server.env([
        plain!("PORT", "8080"),
        plain!("ENABLE_PROFILER", "0"),
        app.calls(calls.products).address("PRODUCT_CATALOG_SERVICE_ADDR"),
        app.calls(calls.currency).address("CURRENCY_SERVICE_ADDR"),
        app.calls(calls.cart).address("CART_SERVICE_ADDR"),
        app.calls(calls.recommendations).address("RECOMMENDATION_SERVICE_ADDR"),
        app.calls(calls.shipping).address("SHIPPING_SERVICE_ADDR"),
        app.calls(calls.checkout).address("CHECKOUT_SERVICE_ADDR"),
        app.calls(calls.ads).address("AD_SERVICE_ADDR"),
    ]);

    let service = server.expose_http(port!(80));
    service.slo(VISIT);
    service.gateway_route(GatewayRoute { gateway: &INGRESS, node_port: node_port!(30080) });
    service
}
