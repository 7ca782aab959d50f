use manifests_lib::{name, port};
use manifests_lib::model::{Bundle, Namespace};
use manifests_lib::network::ServiceRef;
use manifests_lib::network::gateway_api::{WebUiRoute, Gateway, Public};
use manifests_lib::observability::{WebUi, Scheme};
use manifests_lib::values::Host;

const NAMESPACE: Namespace = Namespace::new(name!("example"));

const PUBLIC: Gateway<Public> = Gateway {
    name: name!("public"),
    namespace: NAMESPACE,
    routes_from: &[],
    class: name!("example"),
    visibility: Public,
};

fn open(bundle: &Bundle, domain: &Host) {
    bundle.web_ui_route(WebUiRoute {
        web_ui: &WebUi {
            name: name!("charts"),
            service: ServiceRef {
                name: name!("charts"),
                namespace: NAMESPACE,
                port: port!(80),
            },
            scheme: Scheme::Http,
            local_port: port!(8080),
        },
        gateway: &PUBLIC,
        domain,
        certificate: None,
    });
}

fn main() {}
