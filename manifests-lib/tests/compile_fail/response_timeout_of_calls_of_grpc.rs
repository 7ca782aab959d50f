use manifests_lib::network::gateway_api::RouteHandle;
use manifests_lib::prelude::*;

fn patient(route: &RouteHandle<Grpc>) {
    route.response_timeout(seconds(120));
}

fn main() {}
