use manifests_lib::model::Component;
use manifests_lib::network::mesh::GatewayRoute;

fn routes(app: &Component, route: GatewayRoute<'_>) {
    app.gateway_route("account-app-service", route);
}

fn main() {}
