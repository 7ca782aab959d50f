use insta::assert_snapshot;
use manifests_lib::model::Bundle;
use manifests_lib::url_path;
use manifests_lib::workload::{Probe, Workload};

use crate::support::{NODES, Shop, container, deployment};

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
    let (shop, web) = with(Probe::Command(&["check", "--fast"]));
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
