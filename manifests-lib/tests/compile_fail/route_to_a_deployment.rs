use manifests_lib::network::gateway_api::{PublicEntrance, Route};
use manifests_lib::workload::Deployment;

fn routes(entrance: &PublicEntrance, deployment: &Deployment, route: Route) {
    entrance.route(deployment, route);
}

fn main() {}
