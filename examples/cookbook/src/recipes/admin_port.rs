//! A port for administrators
//!
//! A second port as a Service of its own, with callers of its own: whoever may use the program may not administer it.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let login = team.bundle(name!("login"), &SHOP).app(&NODES);
    let server = login.deployment(2).container(web());
    let service = server.expose_http(port!(80));
    service.slo(Slo {
        availability: slo_target!(995),
        latency: Latency { target: slo_target!(950), within: LatencyBound::Second1 },
    });
    let admin = server.port(port_name!("admin"), port!(8081));
    let admin = admin.expose_http_as(name!("admin"), port!(80));

    let console = team.bundle(name!("console"), &SHOP).app(&NODES);
    let server = console.deployment(1).container(web());
    server.env([console.calls(&admin).url("LOGIN_ADMIN_URL")]);
}
