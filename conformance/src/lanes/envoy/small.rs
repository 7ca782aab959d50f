//! A small platform with what environments need not have: gRPC, several ports and Services of a component, and hosts outside by TLS, by
//! TCP and at addresses.

pub mod faults;

use harness::Failure;
use manifests_lib::label_key;
use manifests_lib::model::{Injection, Namespace, NamespaceRules, PodSecurity};
use manifests_lib::network::mesh::{EgressGatewaySpec, GrpcRetryOn, Retries};
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::prelude::*;
use manifests_lib::workload::Variable;

use crate::lanes::small::{self, NODES};
use crate::rendered::Rendered;

const SHOP: Namespace = Namespace::new(name!("shop"));

const CONTROL_PLANE: Namespace = Namespace::new(name!("istio-system"));

const MESHED: NamespaceRules = NamespaceRules {
    injection: Injection::Revision(name!("default")),
    pod_security: PodSecurity::Restricted,
};

const MONITORING: Namespace = Namespace::new(name!("prometheus"));

const EGRESS: EgressGateway = EgressGateway {
    name: name!("egress-gateway"),
    namespace: Namespace::new(name!("istio-egress")),
    selector: name!("egress"),
};

const IMAGE: PublicImage = public_image!(
    "busybox:1.37@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
);

const RESOURCES: Resources = Resources { cpu: millicores(100), memory: mebibytes(64) };

/// Renders it.
pub fn rendered() -> Result<Rendered, Failure> {
    let argocd = Namespace::new(name!("argocd"));
    let api_groups =
        ["argoproj.io", "monitoring.coreos.com", "networking.istio.io", "security.istio.io"];
    let platform =
        small::platform(&name!("small"), &argocd, &[CONTROL_PLANE, MONITORING], &api_groups);
    let infra = platform.team(name!("infra"));
    let prometheus = Prometheus::new(
        &infra.bundle(name!("monitoring"), &MONITORING).tool_pods(&APP_NAME, &name!("prometheus")),
    );
    let istio = infra.bundle(name!("istio"), &CONTROL_PLANE);
    let istiod = istio.tool_pods(&label_key!("app"), &name!("istiod"));
    istiod.open_to_mesh(port!(15012));
    istiod.admit_api_server(port!(15017));
    istio.strict_mutual_tls();
    let egress = infra.bundle(name!("egress"), &EGRESS.namespace);
    egress.create_namespace(&EGRESS.namespace, &MESHED);
    egress.egress_gateway(EgressGatewaySpec { gateway: &EGRESS, prometheus: &prometheus });

    let team = platform.team(name!("team"));
    let shared = team.bundle(name!("shared"), &SHOP);
    shared.create_namespace(&SHOP, &MESHED);
    shared.require_sidecars();
    shared.deny_by_default(&prometheus);
    shared.capture_dns();
    bundles(&team);
    small::rendered(platform)
}

/// Who calls which port of `pets`, and which host.
fn bundles(team: &Team) {
    let pets = team.bundle(name!("pets"), &SHOP).app(&NODES);
    let server = pets.deployment(1).container(Container {
        name: name!("server"),
        image: IMAGE.into(),
        port: port!(50051),
        resources: RESOURCES,
        user: uid!(65532),
        probe: Probe::Grpc,
    });
    let service = server.expose_grpc(port!(50051));
    let admin = service.and_http(&server.port(port_name!("admin"), port!(8081)), port!(8081));
    let reports = server.port(port_name!("reports"), port!(8082));
    let reports = reports.expose_http_as(name!("reports"), port!(80));
    let route = service.mesh_route();
    let adopt = route.method(grpc_method!("/shop.Pets/Adopt"));
    adopt.timeout(milliseconds(700));
    adopt.retries(Retries {
        attempts: 1,
        per_try: milliseconds(300),
        on: [GrpcRetryOn::Unavailable, GrpcRetryOn::ResourceExhausted],
    });
    route.method(grpc_method!("/shop.Pets/Pay")).without_retries();

    let web = team.bundle(name!("web"), &SHOP).app(&NODES);
    let bank = web.external_service(ExternalService {
        host: host!("bank.example.com"),
        port: port!(443),
        protocol: Tls,
        way: Way::Through(&EGRESS),
    });
    client(&web, [web.calls(&service).address("PETS"), web.calls(&bank).url("BANK")]);

    let console = team.bundle(name!("console"), &SHOP).app(&NODES);
    let ledger = bank.another_port(port!(9443), Tls);
    client(&console, [console.calls(&admin).url("ADMIN"), console.calls(&ledger).url("LEDGER")]);

    let clerk = team.bundle(name!("clerk"), &SHOP).app(&NODES);
    let events = clerk.external_service(ExternalService {
        host: host!("events.example.com"),
        port: port!(9092),
        protocol: Tcp,
        way: Way::Through(&EGRESS),
    });
    client(&clerk, [clerk.calls(&reports).url("REPORTS"), clerk.calls(&events).address("EVENTS")]);

    let courier = team.bundle(name!("courier"), &SHOP).app(&NODES);
    let tracking = courier.external_service(ExternalService {
        host: host!("tracking.example.com"),
        port: port!(8443),
        protocol: Tls,
        way: Way::To(&[cidr!("203.0.113.0/24")]),
    });
    client(&courier, [courier.calls(&tracking).url("TRACKING")]);
}

/// A pod that calls.
fn client<const N: usize>(component: &Component, calls: [Variable; N]) {
    let client = component.deployment(1).portless_container(PortlessContainer {
        name: name!("client"),
        image: IMAGE.into(),
        resources: RESOURCES,
        user: uid!(65532),
    });
    client.env(calls);
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_can_be_built() {
        assert!(super::rendered().is_ok());
    }
}
