use manifests_lib::network::gateway_api::RouteHandle;
use manifests_lib::prelude::*;

fn rewritten(route: &RouteHandle<Grpc>) {
    route.rewrite(url_path!("/"));
}

fn main() {}
