use insta::assert_snapshot;
use manifests_lib::values::{mebibytes, millicores, seconds};
use manifests_lib::workload::{HttpGet, PortlessContainer, Probe, Resources, Workload};
use manifests_lib::{name, public_image, uid, url_path};

use crate::support::{NODES, Shop, server};

#[test]
fn times_that_contradict_each_other() {
    let shop = Shop::new();
    let server = server(&shop.bundle().app(&NODES));
    server.readiness(Probe::Tcp.timeout(seconds(6)));
    server.liveness(Probe::Grpc.every(seconds(0)));
    server.startup(Probe::Tcp.failures(10));
    server.startup_time(seconds(60));
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/mistakes/probes.rs:N: the readiness probe of container server waits 6 s for an answer and is to ask every 5 s: it would ask less often than it says; wait no longer than the period (`every`) [invalid-probe]
    manifests-lib/tests/language/mistakes/probes.rs:N: the liveness probe of container server has 0 as its period, in whose place the API server would take another: say how many [invalid-probe]
    manifests-lib/tests/language/mistakes/probes.rs:N: the startup probe of container server says how often it may fail, and another line says how long the container may take to start: remove one [invalid-probe]
    ");
}

#[test]
fn one_that_is_said_twice() {
    let shop = Shop::new();
    let server = server(&shop.bundle().app(&NODES));
    server.without_liveness(" ");
    server.liveness(Probe::Tcp);
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/mistakes/probes.rs:N: the reason why a container has no liveness probe is empty: say why one that hangs is to stay [missing-reason]
    manifests-lib/tests/language/mistakes/probes.rs:N: the liveness probe of container server is said twice: only the first one would ask; remove one [invalid-probe]
    ");
}

#[test]
fn a_header_that_is_none_and_a_command_that_is_empty() {
    let shop = Shop::new();
    let server = server(&shop.bundle().app(&NODES));
    server.readiness(Probe::HttpGet(HttpGet::new(url_path!("/")).header("X Asked By", "probe")));
    server.liveness(Probe::Exec(&[]));
    assert_snapshot!(shop.mistakes(), @r#"
    manifests-lib/tests/language/mistakes/probes.rs:N: the liveness probe of container server runs no command, which always fails: name the program to run [invalid-probe]
    manifests-lib/tests/language/mistakes/probes.rs:N: the API server would refuse the header "X Asked By" of a probe or hook: a name has letters, digits and '-'; correct it [invalid-probe]
    "#);
}

#[test]
fn a_port_that_its_container_does_not_have() {
    let shop = Shop::new();
    let worker = shop.bundle().app(&NODES).deployment(1).portless_container(PortlessContainer {
        name: name!("worker"),
        image: public_image!(
            "worker:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        )
        .into(),
        resources: Resources { cpu: millicores(10), memory: mebibytes(16) },
        user: uid!(1000),
    });
    worker.readiness(Probe::Grpc);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/probes.rs:N: the readiness probe of container worker asks a port, and the container listens on none: run a command (Probe::Exec), or name the port (HttpGet::port) [invalid-probe]");
}
