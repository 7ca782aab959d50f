//! Visitors that are none: Locust.

use manifests_lib::prelude::*;

use crate::shop::Shop;

pub(crate) fn bundle(shop: &Shop, frontend: &Service<Http>) {
    let app = shop.service(name!("loadgenerator"));
    let users = app.deployment(1).portless_container(PortlessContainer {
        name: name!("main"),
        image: (shop.image)(repository!("loadgenerator")),
        resources: Resources { cpu: millicores(300), memory: mebibytes(512) },
        user: uid!(1000),
    });
    users.env([
        app.calls(frontend).address("FRONTEND_ADDR"),
        plain!("USERS", "10"),
        plain!("RATE", "1"),
    ]);
}
