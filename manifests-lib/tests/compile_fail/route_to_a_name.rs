use manifests_lib::{Component, GatewayRoute};

fn routes(app: &Component, route: GatewayRoute<'_>) {
    app.gateway_route("account-app-service", route);
}

fn main() {}
