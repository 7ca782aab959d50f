//! A public route
//!
//! Several hosts, whose names the gateway's certificate gets, a path that the service does not see, and pages of another host that may call
//! from browsers.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, entrance, .. }: &Kitchen) {
    let customers = team.bundle(name!("customers"), &SHOP).app(&NODES);
    let service = customers.deployment(2).container(web()).expose_http(port!(8001));
    let route = entrance.route(&service, Route {
        name: name!("customers"),
        host: host!("api.example.com"),
        path: url_path!("/customers"),
        node_port: node_port!(30001),
    });
    route.host(host!("api.example.org"));
    route.rewrite(url_path!("/"));
    route.cors(Cors {
        origins: Origins::Hosts(vec![host!("www.example.com")]),
        methods: vec![HttpMethod::Get, HttpMethod::Post],
        headers: vec!["Content-Type"],
        credentials: false,
        max_age: seconds(600),
    });
}
