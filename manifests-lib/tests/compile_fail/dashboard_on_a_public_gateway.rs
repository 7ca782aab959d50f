use manifests_lib::{name, port};
use manifests_lib::model::{Bundle, Namespace};
use manifests_lib::network::ToolService;
use manifests_lib::network::gateway_api::{DashboardRoute, Gateway, Public};
use manifests_lib::observability::{Dashboard, Scheme};
use manifests_lib::values::Host;

const NAMESPACE: Namespace = Namespace::new(name!("example"));

const PUBLIC: Gateway<Public> = Gateway {
    name: name!("public"),
    namespace: NAMESPACE,
    routes_from: &[],
    class: name!("example"),
    audience: Public,
};

fn open(bundle: &Bundle, domain: &Host) {
    bundle.dashboard_route(DashboardRoute {
        dashboard: &Dashboard {
            name: name!("charts"),
            service: ToolService {
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
