//! Visitors that are none: Locust.

use manifests_lib::prelude::*;

use crate::shop::Shop;

const BUSYBOX: PublicImage = public_image!(
    "busybox:1.38.0@sha256:fd8d9aa63ba2f0982b5304e1ee8d3b90a210bc1ffb5314d980eb6962f1a9715d"
);

pub(crate) fn bundle(shop: &Shop, frontend: &Service<Http>) {
    let app = shop.service(name!("loadgenerator"));
    let frontend = app.calls(frontend);
    let deployment = app.deployment(1);
    let wait = deployment.init_container(InitContainer {
        name: name!("frontend-check"),
        image: BUSYBOX.into(),
        resources: Resources { cpu: millicores(10), memory: mebibytes(16) },
        user: uid!(1000),
    });
    wait.command([
        "sh",
        "-c",
        "until wget -q -O /dev/null http://$FRONTEND_ADDR; do sleep 5; done",
    ]);
    wait.env([frontend.address("FRONTEND_ADDR")]);
    let users = deployment.portless_container(PortlessContainer {
        name: name!("main"),
        image: (shop.image)(repository!("loadgenerator")),
        resources: Resources { cpu: millicores(300), memory: mebibytes(512) },
        user: uid!(1000),
    });
    users.env([frontend.address("FRONTEND_ADDR"), plain!("USERS", "10"), plain!("RATE", "1")]);
}
