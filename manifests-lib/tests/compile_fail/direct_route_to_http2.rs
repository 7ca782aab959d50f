use manifests_lib::network::gateway_api::{DirectEntrance, DirectRoute};
use manifests_lib::network::{Http2, Service};
use manifests_lib::prelude::*;

fn routed(entrance: &DirectEntrance, service: &Service<Http2>) {
    let (name, host) = (name!("shop"), host!("www.example.com"));
    entrance.route(service, DirectRoute { name, host, path: url_path!("/") });
}

fn main() {}
