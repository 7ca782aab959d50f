use manifests_lib::network::gateway_api::{PublicEntrance, Route};

fn routes(entrance: &PublicEntrance, route: Route) {
    entrance.route("account-app-service", route);
}

fn main() {}
