use manifests_lib::network::gateway_api::InternalAccess;
use manifests_lib::observability::WebUiSpec;

fn opens(internal: &InternalAccess, charts: WebUiSpec<'_>) {
    internal.https_web_ui(charts);
}

fn main() {}
