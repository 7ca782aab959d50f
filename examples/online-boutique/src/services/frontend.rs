//! The pages that visitors see: Go.

use manifests_lib::prelude::*;

use crate::shop::{Backends, Shop, VISIT};

/// What a page shows beside products.
pub(crate) struct Parts {
    pub(crate) ads: Service<Grpc>,
    pub(crate) checkout: Service<Grpc>,
    pub(crate) recommendations: Service<Grpc>,
}

pub(crate) fn bundle(shop: &Shop, backends: &Backends, parts: &Parts) -> Service<Http> {
    let app = shop.service(name!("frontend"));
    let server = app.deployment(shop.replicas).container(Container {
        name: name!("server"),
        image: (shop.image)(repository!("frontend")),
        port: port!(8080),
        resources: Resources { cpu: millicores(100), memory: mebibytes(128) },
        user: uid!(1000),
        probe: Probe::Http(url_path!("/_healthz")),
    });
    server.env(backends.called_by(&app));
    server.env([
        plain!("PORT", "8080"),
        app.calls(&parts.ads).address("AD_SERVICE_ADDR"),
        app.calls(&parts.checkout).address("CHECKOUT_SERVICE_ADDR"),
        app.calls(&parts.recommendations).address("RECOMMENDATION_SERVICE_ADDR"),
    ]);

    let service = server.expose_http(port!(80));
    shop.promise(&service, VISIT);
    shop.show(&service);
    service
}
