use insta::assert_snapshot;
use manifests_lib::cluster::{IamPolicy, WellKnownPolicy};
use manifests_lib::network::ToolService;
use manifests_lib::network::gateway_api::InternalAccess;
use manifests_lib::network::mesh::GatewayRoute;
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::observability::{WebUiRequests, WebUiSpec};
use manifests_lib::values::{Name, NodePort, Port, gibibytes, mebibytes};
use manifests_lib::workload::{Container, VolumeClaimTemplate, Workload};
use manifests_lib::{name, node_port, path, plain, port, uid};

use crate::support::{
    FRONT_DOOR, NODES, Shop, config_map, container, deployment, server, service_on, with_chart,
};

#[test]
fn one_object_in_two_bundles() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.add(config_map("settings"));
    let mobile = shop.bundle_named(name!("mobile"));
    mobile.add(config_map("settings"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/twice.rs:N: ConfigMap shop/settings is written a second time: applied one after the other, each would undo the other; rename or remove one (see also manifests-lib/tests/language/mistakes/twice.rs:N) [duplicate-object]");
}

#[test]
fn both_lines_that_wrote_the_object_are_named() {
    let shop = Shop::new();
    let web = shop.bundle();
    let first = line!() + 1;
    web.add(config_map("settings"));
    let second = line!() + 1;
    web.add(config_map("settings"));
    let errors = shop.errors();
    let [error] = errors.as_slice() else {
        panic!("one mistake, not {errors:?}");
    };
    let file = file!();
    let shown = error.to_string();
    assert!(shown.starts_with(&format!("{file}:{second}: ")), "{shown}");
    assert!(shown.ends_with(&format!("(see also {file}:{first}) [duplicate-object]")), "{shown}");
}

#[test]
fn two_bundles_of_one_name() {
    let shop = Shop::new();
    shop.bundle();
    shop.bundle();
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/twice.rs:N: two bundles are named web: give one another name (see also manifests-lib/tests/language/mistakes/twice.rs:N) [duplicate-bundle]");
}

#[test]
fn a_release_of_a_chart() {
    let shop = Shop::new();
    let web = shop.bundle();
    let mobile = shop.bundle_named(name!("mobile"));
    with_chart(&web);
    with_chart(&mobile);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: the chart tool 1.2.3 is deployed a second time as tool into shop: both would make the same objects; remove one, or give it another release (see also manifests-lib/tests/language/support.rs:N) [duplicate-release]");
}

#[test]
fn one_workload_of_a_component() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    server(&web.app(&NODES));
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/support.rs:N: the component app runs something already: both would have the same labels and ServiceAccount, so that the Services and policies of one reach the pods of the other; make this one of a component of its own, such as bundle.component(name!("report"), …) (see also manifests-lib/tests/language/support.rs:N) [several-workloads]"#);
}

#[test]
fn a_variable() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.env([plain!("MODE", "fast")]);
    server.env([plain!("MODE", "slow")]);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/twice.rs:N: the variable MODE is given twice: the container would see only the last one; remove one [duplicate-variable]");
}

#[test]
fn a_container_name() {
    let shop = Shop::new();
    let web = shop.bundle();
    let deployment = deployment(&web.app(&NODES));
    deployment.container(container());
    deployment.container(Container { port: port!(9000), ..container() });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/twice.rs:N: two containers of one pod are named server: the API server would refuse the second; rename one (see also manifests-lib/tests/language/mistakes/twice.rs:N) [duplicate-container]");
}

#[test]
fn a_container_port() {
    let shop = Shop::new();
    let web = shop.bundle();
    let deployment = deployment(&web.app(&NODES));
    deployment.container(container());
    deployment.container(Container { name: name!("worker"), ..container() });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/twice.rs:N: two containers of one pod listen on port 8080 of one network: the second would not start; give one another port (see also manifests-lib/tests/language/mistakes/twice.rs:N) [duplicate-container-port]");
}

#[test]
fn a_mount_path() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.empty_dir(path!("/tmp"), mebibytes(1));
    server.empty_dir(path!("/tmp"), mebibytes(1));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/twice.rs:N: /tmp is mounted twice in one container: the API server would refuse it; choose another path (see also manifests-lib/tests/language/mistakes/twice.rs:N) [duplicate-mount-path]");
}

#[test]
fn a_volume_name() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.empty_dir(path!("/var/run"), mebibytes(1));
    server.empty_dir(path!("/var-run"), mebibytes(1));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/twice.rs:N: two volumes of one pod are named server-var-run: the API server would refuse the second; rename one (see also manifests-lib/tests/language/mistakes/twice.rs:N) [duplicate-volume]");
}

#[test]
fn a_claim_name() {
    let shop = Shop::new();
    let web = shop.bundle();
    let stateful_set = web.app(&NODES).stateful_set(1);
    let store = stateful_set.container(container());
    let claim = || VolumeClaimTemplate {
        name: name!("data"),
        size: gibibytes(1),
        storage_class: name!("fast"),
        owner: uid!(1000),
    };
    store.mount(&stateful_set.volume_claim_template(claim()), path!("/data"));
    store.mount(&stateful_set.volume_claim_template(claim()), path!("/logs"));
    stateful_set.governed_by(&store.expose_tcp(port!(80)));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/twice.rs:N: two claims of one stateful set are named data: its pods would see one volume; rename one (see also manifests-lib/tests/language/mistakes/twice.rs:N) [duplicate-claim-template]");
}

fn routed(shop: &Shop, name: Name, port: Port, node_port: NodePort) {
    let service = service_on(&shop.bundle_named(name).app(&NODES), port);
    service.gateway_route(GatewayRoute { gateway: &FRONT_DOOR, node_port });
}

#[test]
fn a_port_of_a_gateway() {
    let shop = Shop::new();
    routed(&shop, name!("web"), port!(80), node_port!(30001));
    routed(&shop, name!("mobile"), port!(80), node_port!(30002));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/twice.rs:N: port 80 of the gateway front-door leads to two services, of which the mesh would choose one: give one service another port (see also manifests-lib/tests/language/mistakes/twice.rs:N) [duplicate-gateway-port]");
}

#[test]
fn a_node_port() {
    let shop = Shop::new();
    routed(&shop, name!("web"), port!(80), node_port!(30001));
    routed(&shop, name!("mobile"), port!(81), node_port!(30001));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/twice.rs:N: node port 30001 is opened twice: the API server would refuse it; choose another number (see also manifests-lib/tests/language/mistakes/twice.rs:N) [duplicate-node-port]");
}

#[test]
fn a_service_of_a_component() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    for port in [port!(80), port!(81)] {
        let _ = server.expose_http(port);
    }
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/twice.rs:N: Service shop/web-app-service is written a second time: applied one after the other, each would undo the other; rename or remove one (see also manifests-lib/tests/language/mistakes/twice.rs:N) [duplicate-object]");
}

#[test]
fn one_port_of_a_service_at_two_node_ports() {
    let shop = Shop::new();
    let service = service_on(&shop.bundle().app(&NODES), port!(80));
    service.gateway_route(GatewayRoute { gateway: &FRONT_DOOR, node_port: node_port!(30001) });
    service.gateway_route(GatewayRoute { gateway: &FRONT_DOOR, node_port: node_port!(30002) });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/twice.rs:N: the gateway already opens this port of the service at the node port 30001, and a port has one: name the same number (see also manifests-lib/tests/language/mistakes/twice.rs:N) [duplicate-gateway-port]");
}

#[test]
fn rights_of_one_service_account() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.add(config_map("settings"));
    web.pod_identity(
        name!("writer"),
        IamPolicy::WellKnown(WellKnownPolicy::AwsLoadBalancerController),
    );
    web.pod_identity(name!("writer"), IamPolicy::Statements(Vec::new()));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/twice.rs:N: the ServiceAccount writer of the namespace shop gets rights in AWS a second time, and EKS refuses a second association: write the statements of both into one (see also manifests-lib/tests/language/mistakes/twice.rs:N) [duplicate-pod-identity]");
}

#[test]
fn web_uis_of_one_name_or_port() {
    let shop = Shop::new();
    let tool = shop.bundle();
    tool.add(config_map("settings"));
    let port = tool.tool_pods(&APP_NAME, &name!("tool")).port(ToolService {
        name: name!("tool"),
        port: port!(80),
        target_port: port!(3000),
    });
    for (name, local_port) in [
        (name!("charts"), port!(8000)),
        (name!("charts"), port!(8001)),
        (name!("logs"), port!(8000)),
    ] {
        let web_ui = WebUiSpec { name, port: &port, requests: WebUiRequests::All, local_port };
        let _ = InternalAccess::by_forwarding_ports().web_ui(web_ui);
    }
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/mistakes/twice.rs:N: another web UI has the name charts or the port 8001 of the laptop: give one of them another (see also manifests-lib/tests/language/mistakes/twice.rs:N) [duplicate-web-ui]
    manifests-lib/tests/language/mistakes/twice.rs:N: another web UI has the name logs or the port 8000 of the laptop: give one of them another (see also manifests-lib/tests/language/mistakes/twice.rs:N) [duplicate-web-ui]
    ");
}
