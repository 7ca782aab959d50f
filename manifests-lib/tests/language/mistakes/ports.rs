use insta::assert_snapshot;
use manifests_lib::workload::{Container, Workload};
use manifests_lib::{name, port, port_name};

use crate::support::{NODES, Shop, container, deployment, server, service};

#[test]
fn a_port_of_a_container_twice() {
    let shop = Shop::new();
    let server = server(&shop.bundle().app(&NODES));
    let _ = server.port(port_name!("admin"), port!(8080));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/ports.rs:N: container server has port 8080 already, and listens there once: name another port, or take the handle of the first [duplicate-container-port]");
}

#[test]
fn a_port_of_two_containers() {
    let shop = Shop::new();
    let deployment = deployment(&shop.bundle().app(&NODES));
    let first = deployment.container(container());
    let _ = first.port(port_name!("admin"), port!(9000));
    let other = Container { name: name!("other"), port: port!(9000), ..container() };
    deployment.container(other);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/ports.rs:N: two containers of one pod listen on port 9000 of one network: the second would not start; give one another port (see also manifests-lib/tests/language/mistakes/ports.rs:N) [duplicate-container-port]");
}

#[test]
fn a_name_of_a_port_twice() {
    let shop = Shop::new();
    let server = server(&shop.bundle().app(&NODES));
    let _ = server.port(port_name!("admin"), port!(8081));
    let _ = server.port(port_name!("admin"), port!(8082));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/ports.rs:N: two ports of container server are named admin: the API server would refuse the second; rename one [duplicate-port-name]");
}

#[test]
fn a_port_of_a_service_twice() {
    let shop = Shop::new();
    let server = server(&shop.bundle().app(&NODES));
    let service = server.expose_http(port!(80));
    let _ = service.and_http(&server.port(port_name!("admin"), port!(8081)), port!(80));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/ports.rs:N: web-app-service has port 80 already: the API server would refuse it; choose another number (see also manifests-lib/tests/language/mistakes/ports.rs:N) [duplicate-service-port]");
}

#[test]
fn a_port_of_a_container_behind_two_of_a_service() {
    let shop = Shop::new();
    let server = server(&shop.bundle().app(&NODES));
    let _ = server.expose_http(port!(80)).and_http(&server, port!(8080));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/ports.rs:N: web-app-service leads to the container's port 8080 already, by its port 80: admission is by the port of the pod, and who may call one could call the other; remove one (see also manifests-lib/tests/language/mistakes/ports.rs:N) [duplicate-service-port]");
}

#[test]
fn a_port_of_other_pods() {
    let shop = Shop::new();
    let web = shop.bundle();
    let other = server(&web.component(name!("other"), &NODES));
    let _ = service(&web.app(&NODES)).and_http(&other, port!(81));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/ports.rs:N: web-app-service leads to other pods than this container's, on which nothing listens on port 8080: add a port of a container of its own pods, or expose this container (see also manifests-lib/tests/language/support.rs:N) [foreign-service-port]");
}

#[test]
fn two_protocols_of_one_port() {
    let shop = Shop::new();
    let server = server(&shop.bundle().app(&NODES));
    let _ = server.expose_grpc(port!(50051));
    let _ = server.expose_http_as(name!("admin"), port!(80));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/ports.rs:N: port 8080 of the container is exposed as grpc and as http: the proxy before it would speak one of them to all callers; expose it as what it speaks (see also manifests-lib/tests/language/mistakes/ports.rs:N) [several-protocols]");
}

#[test]
fn the_first_service_of_a_component_twice() {
    let shop = Shop::new();
    let server = server(&shop.bundle().app(&NODES));
    let _ = server.expose_http(port!(80));
    let _ = server.port(port_name!("admin"), port!(8081)).expose_http(port!(81));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/ports.rs:N: the Service web-app-service is there already: add a port to its handle, such as service.and_http(&port, …), or name a Service of its own, such as expose_http_as(name, …) (see also manifests-lib/tests/language/mistakes/ports.rs:N) [duplicate-object]");
}
