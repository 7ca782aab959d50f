use insta::assert_snapshot;
use manifests_lib::model::{Bundle, Namespace};
use manifests_lib::network::mesh::{GatewayRoute, IngressGateway};
use manifests_lib::network::{Expose, Protocol};
use manifests_lib::values::{Name, NodePort, Port, gibibytes, mebibytes};
use manifests_lib::workload::{Container, StatefulSet, VolumeClaimTemplate};
use manifests_lib::{name, node_port, path, plain, port, uid};

use crate::support::{
    NAMESPACE, NODES, bundle, config_map, container, deployment, errors, mistakes, server,
    service_on, with_chart,
};

#[test]
fn one_object_in_two_bundles() {
    let web = bundle();
    web.add(config_map("settings"));
    let mobile = Bundle::new(name!("mobile"), &NAMESPACE, &name!("test"));
    mobile.add(config_map("settings"));
    assert_snapshot!(mistakes(&[&web, &mobile]), @"manifests-lib/tests/language/mistakes/twice.rs:N: ConfigMap shop/settings is written a second time: applied one after the other, each would undo the other; rename or remove one (see also manifests-lib/tests/language/mistakes/twice.rs:N)");
}

#[test]
fn both_lines_that_wrote_the_object_are_named() {
    let web = bundle();
    let first = line!() + 1;
    web.add(config_map("settings"));
    let second = line!() + 1;
    web.add(config_map("settings"));
    let errors = errors(&[&web]);
    let [error] = errors.as_slice() else {
        panic!("one mistake, not {errors:?}");
    };
    let file = file!();
    let shown = error.to_string();
    assert!(shown.starts_with(&format!("{file}:{second}: ")), "{shown}");
    assert!(shown.ends_with(&format!("(see also {file}:{first})")), "{shown}");
}

#[test]
fn two_bundles_of_one_name() {
    assert_snapshot!(mistakes(&[&bundle(), &bundle()]), @"manifests-lib/tests/language/support.rs:N: two bundles are named web: give one another name (see also manifests-lib/tests/language/support.rs:N)");
}

#[test]
fn a_release_of_a_chart() {
    let mobile = Bundle::new(name!("mobile"), &NAMESPACE, &name!("test"));
    let web = bundle();
    with_chart(&web);
    with_chart(&mobile);
    assert_snapshot!(mistakes(&[&web, &mobile]), @"manifests-lib/tests/language/support.rs:N: the chart tool 1.2.3 is deployed a second time as tool into shop: both would make the same objects; remove one, or give it another release (see also manifests-lib/tests/language/support.rs:N)");
}

#[test]
fn one_workload_of_a_component() {
    let web = bundle();
    server(&web.app());
    server(&web.app());
    assert_snapshot!(mistakes(&[&web]), @"
    manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment is written a second time: applied one after the other, each would undo the other; rename or remove one (see also manifests-lib/tests/language/support.rs:N)
    manifests-lib/tests/language/support.rs:N: ServiceAccount shop/web-app-service-account is written a second time: applied one after the other, each would undo the other; rename or remove one (see also manifests-lib/tests/language/support.rs:N)
    ");
}

#[test]
fn a_variable() {
    let web = bundle();
    let server = server(&web.app());
    server.env([plain!("MODE", "fast")]);
    server.env([plain!("MODE", "slow")]);
    assert_snapshot!(mistakes(&[&web]), @"manifests-lib/tests/language/mistakes/twice.rs:N: the variable MODE is given twice: the container would see only the last one; remove one");
}

#[test]
fn a_container_name() {
    let web = bundle();
    let deployment = deployment(&web.app());
    deployment.container(container());
    deployment.container(Container { port: port!(9000), ..container() });
    assert_snapshot!(mistakes(&[&web]), @"manifests-lib/tests/language/mistakes/twice.rs:N: two containers of one pod are named server: the API server would refuse the second; rename one (see also manifests-lib/tests/language/mistakes/twice.rs:N)");
}

#[test]
fn a_container_port() {
    let web = bundle();
    let deployment = deployment(&web.app());
    deployment.container(container());
    deployment.container(Container { name: name!("worker"), ..container() });
    assert_snapshot!(mistakes(&[&web]), @"manifests-lib/tests/language/mistakes/twice.rs:N: two containers of one pod listen on port 8080 of one network: the second would not start; give one another port (see also manifests-lib/tests/language/mistakes/twice.rs:N)");
}

#[test]
fn a_mount_path() {
    let web = bundle();
    let server = server(&web.app());
    server.empty_dir(path!("/tmp"), mebibytes(1));
    server.empty_dir(path!("/tmp"), mebibytes(1));
    assert_snapshot!(mistakes(&[&web]), @"manifests-lib/tests/language/mistakes/twice.rs:N: /tmp is mounted twice in one container: the API server would refuse it; choose another path (see also manifests-lib/tests/language/mistakes/twice.rs:N)");
}

#[test]
fn a_volume_name() {
    let web = bundle();
    let server = server(&web.app());
    server.empty_dir(path!("/var/run"), mebibytes(1));
    server.empty_dir(path!("/var-run"), mebibytes(1));
    assert_snapshot!(mistakes(&[&web]), @"manifests-lib/tests/language/mistakes/twice.rs:N: two volumes of one pod are named server-var-run: the API server would refuse the second; rename one (see also manifests-lib/tests/language/mistakes/twice.rs:N)");
}

#[test]
fn a_claim_name() {
    let web = bundle();
    let stateful_set = web.app().stateful_set(StatefulSet { replicas: 1, on: &NODES });
    let store = stateful_set.container(container());
    let claim = || VolumeClaimTemplate {
        name: name!("data"),
        size: gibibytes(1),
        storage_class: name!("fast"),
        owner: uid!(1000),
    };
    store.mount(&stateful_set.volume_claim_template(claim()), path!("/data"));
    store.mount(&stateful_set.volume_claim_template(claim()), path!("/logs"));
    stateful_set.governed_by(&store.expose(Expose { port: port!(80), protocol: Protocol::Tcp }));
    assert_snapshot!(mistakes(&[&web]), @"manifests-lib/tests/language/mistakes/twice.rs:N: two claims of one stateful set are named data: its pods would see one volume; rename one (see also manifests-lib/tests/language/mistakes/twice.rs:N)");
}

fn routed(name: Name, port: Port, node_port: NodePort) -> Bundle {
    let bundle = Bundle::new(name, &NAMESPACE, &name!("test"));
    let app = bundle.app();
    app.gateway_route(
        &service_on(&app, port),
        GatewayRoute {
            gateway: &IngressGateway {
                name: name!("front-door"),
                namespace: Namespace::new(name!("edge")),
                selector: name!("ingress"),
            },
            node_port,
        },
    );
    bundle
}

#[test]
fn a_port_of_a_gateway() {
    let web = routed(name!("web"), port!(80), node_port!(30001));
    let mobile = routed(name!("mobile"), port!(80), node_port!(30002));
    assert_snapshot!(mistakes(&[&web, &mobile]), @"manifests-lib/tests/language/mistakes/twice.rs:N: port 80 of the gateway front-door leads to two services, of which the mesh would choose one: give one service another port (see also manifests-lib/tests/language/mistakes/twice.rs:N)");
}

#[test]
fn a_node_port() {
    let web = routed(name!("web"), port!(80), node_port!(30001));
    let mobile = routed(name!("mobile"), port!(81), node_port!(30001));
    assert_snapshot!(mistakes(&[&web, &mobile]), @"manifests-lib/tests/language/mistakes/twice.rs:N: node port 30001 is opened twice: the API server would refuse it; choose another number (see also manifests-lib/tests/language/mistakes/twice.rs:N)");
}

#[test]
fn a_service_of_a_component() {
    let web = bundle();
    let server = server(&web.app());
    for port in [port!(80), port!(81)] {
        let _ = server.expose(Expose { port, protocol: Protocol::Http });
    }
    assert_snapshot!(mistakes(&[&web]), @"manifests-lib/tests/language/mistakes/twice.rs:N: Service shop/web-app-service is written a second time: applied one after the other, each would undo the other; rename or remove one (see also manifests-lib/tests/language/mistakes/twice.rs:N)");
}
