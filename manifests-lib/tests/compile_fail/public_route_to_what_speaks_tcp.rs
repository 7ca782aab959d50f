use manifests_lib::network::gateway_api::{PublicEntrance, Route};
use manifests_lib::network::{Service, Tcp};

fn routes(entrance: &PublicEntrance, database: &Service<Tcp>, route: Route) {
    entrance.route(database, route);
}

fn main() {}
