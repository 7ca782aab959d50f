use manifests_lib::network::mesh::GatewayRoute;
use manifests_lib::network::{Service, Tcp};

fn routes(database: &Service<Tcp>, route: GatewayRoute<'_>) {
    database.gateway_route(route);
}

fn main() {}
