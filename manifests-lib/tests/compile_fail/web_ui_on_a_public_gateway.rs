use manifests_lib::network::gateway_api::PublicGateway;
use manifests_lib::observability::WebUiSpec;

fn opens(gateway: &PublicGateway, charts: WebUiSpec<'_>) {
    gateway.web_ui(charts);
}

fn main() {}
