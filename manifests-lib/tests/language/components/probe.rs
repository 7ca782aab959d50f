use insta::assert_snapshot;
use manifests_lib::model::Bundle;
use manifests_lib::values::{mebibytes, millicores, seconds};
use manifests_lib::workload::{HttpGet, PortlessContainer, Probe, Resources, Workload};
use manifests_lib::{name, port, public_image, uid, url_path};

use crate::support::{NODES, Shop, container, deployment, server};

fn with(probe: Probe) -> (Shop, Bundle) {
    let shop = Shop::new();
    let web = shop.bundle();
    let mut container = container();
    container.probe = probe;
    deployment(&web.app(&NODES)).container(container);
    (shop, web)
}

#[test]
fn tcp_connects_to_the_containers_port() {
    let (shop, web) = with(Probe::Tcp);
    assert_snapshot!(shop.container_part(&web, "/startupProbe"), @"
    failureThreshold: 150
    periodSeconds: 2
    tcpSocket:
      port: 8080
    timeoutSeconds: 2
    ");
    assert_snapshot!(shop.container_part(&web, "/readinessProbe"), @"
    failureThreshold: 3
    periodSeconds: 5
    tcpSocket:
      port: 8080
    timeoutSeconds: 2
    ");
    assert_snapshot!(shop.container_part(&web, "/livenessProbe"), @"
    failureThreshold: 6
    periodSeconds: 10
    tcpSocket:
      port: 8080
    timeoutSeconds: 2
    ");
}

#[test]
fn a_command_runs_in_the_container() {
    let (shop, web) = with(Probe::Exec(&["check", "--fast"]));
    assert_snapshot!(shop.container_part(&web, "/readinessProbe"), @"
    exec:
      command:
      - check
      - --fast
    failureThreshold: 3
    periodSeconds: 5
    timeoutSeconds: 2
    ");
}

#[test]
fn http_gets_a_path_of_the_containers_port() {
    let (shop, web) = with(Probe::Http(url_path!("/status/200")));
    assert_snapshot!(shop.container_part(&web, "/readinessProbe"), @"
    failureThreshold: 3
    httpGet:
      path: /status/200
      port: 8080
    periodSeconds: 5
    timeoutSeconds: 2
    ");
}

#[test]
fn grpc_asks_the_health_service_of_the_containers_port() {
    let (shop, web) = with(Probe::Grpc);
    assert_snapshot!(shop.container_part(&web, "/readinessProbe"), @"
    failureThreshold: 3
    grpc:
      port: 8080
    periodSeconds: 5
    timeoutSeconds: 2
    ");
}

#[test]
fn a_get_has_headers_a_scheme_and_a_port_of_its_own() {
    let get = HttpGet::new(url_path!("/_healthz"))
        .header("X-Asked-By", "kubelet")
        .not_secret_header("Cookie", "id=probe", "names the probe, and nobody's session");
    let (shop, web) = with(Probe::HttpGet(get.https().port(port!(8443))));
    assert_snapshot!(shop.container_part(&web, "/livenessProbe"), @"
    failureThreshold: 6
    httpGet:
      httpHeaders:
      - name: X-Asked-By
        value: kubelet
      - name: Cookie
        value: id=probe
      path: /_healthz
      port: 8443
      scheme: HTTPS
    periodSeconds: 10
    timeoutSeconds: 2
    ");
}

#[test]
fn each_is_said_apart_with_times_of_its_own() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.readiness(Probe::Http(url_path!("/ready")).every(seconds(15)).timeout(seconds(3)));
    server.liveness(Probe::Grpc.initial_delay(seconds(20)).failures(2));
    server.startup_time(seconds(60));
    assert_snapshot!(shop.container_part(&web, "/startupProbe"), @"
    failureThreshold: 30
    periodSeconds: 2
    tcpSocket:
      port: 8080
    timeoutSeconds: 2
    ");
    assert_snapshot!(shop.container_part(&web, "/readinessProbe"), @"
    failureThreshold: 3
    httpGet:
      path: /ready
      port: 8080
    periodSeconds: 15
    timeoutSeconds: 3
    ");
    assert_snapshot!(shop.container_part(&web, "/livenessProbe"), @"
    failureThreshold: 2
    grpc:
      port: 8080
    initialDelaySeconds: 20
    periodSeconds: 10
    timeoutSeconds: 2
    ");
}

#[test]
fn a_start_is_asked_for_as_long_as_it_may_take() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.startup(Probe::Http(url_path!("/started")).every(seconds(10)));
    assert_snapshot!(shop.container_part(&web, "/startupProbe"), @"
    failureThreshold: 30
    httpGet:
      path: /started
      port: 8080
    periodSeconds: 10
    timeoutSeconds: 2
    ");
}

#[test]
fn a_period_of_a_second_leaves_no_longer_time_for_the_answer() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES)).readiness(Probe::Tcp.every(seconds(1)));
    assert_snapshot!(shop.container_part(&web, "/readinessProbe/timeoutSeconds"), @"1");
}

#[test]
fn one_that_hangs_stays_where_a_line_says_why() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES)).without_liveness("a long request must not end in a restart");
    let container = shop.container_part(&web, "");
    assert!(container.contains("readinessProbe") && !container.contains("livenessProbe"));
}

#[test]
fn what_listens_on_no_port_is_asked_by_a_command_once_it_has_started() {
    let shop = Shop::new();
    let web = shop.bundle();
    let worker = web.app(&NODES).deployment(1).portless_container(PortlessContainer {
        name: name!("worker"),
        image: public_image!(
            "worker:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        )
        .into(),
        resources: Resources { cpu: millicores(10), memory: mebibytes(16) },
        user: uid!(1000),
    });
    worker.liveness(Probe::Exec(&["alive"]).every(seconds(30)).timeout(seconds(5)));
    assert_snapshot!(shop.container_part(&web, "/startupProbe"), @"
    exec:
      command:
      - alive
    failureThreshold: 60
    periodSeconds: 5
    timeoutSeconds: 5
    ");
    assert_snapshot!(shop.container_part(&web, "/livenessProbe"), @"
    exec:
      command:
      - alive
    failureThreshold: 6
    periodSeconds: 30
    timeoutSeconds: 5
    ");
    assert!(!shop.container_part(&web, "").contains("readinessProbe"));
}
