//! A share of the requests for a new version
//!
//! Ten of a hundred requests of a public route reach another service; the route's own keeps the rest.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, entrance, .. }: &Kitchen) {
    let old = team.bundle(name!("basket"), &SHOP).app(&NODES);
    let old = old.deployment(2).container(web()).expose_http(port!(8002));
    let new = team.bundle(name!("basket-v2"), &SHOP).app(&NODES);
    let new = new.deployment(1).container(web()).expose_http(port!(8003));

    let route = entrance.route(&old, Route {
        name: name!("basket"),
        host: host!("www.example.com"),
        path: url_path!("/basket"),
        node_port: node_port!(30002),
    });
    entrance.share(&route, &new, Share { percent: 10, node_port: node_port!(30003) });
}
