use insta::assert_snapshot;
use manifests_lib::{Bundle, Probe, url_path};

use crate::support::{bundle, container, container_part, deployment};

fn with(probe: Probe) -> Bundle {
    let web = bundle();
    let mut container = container();
    container.probe = probe;
    deployment(&web.app()).container(container);
    web
}

#[test]
fn tcp_connects_to_the_containers_port() {
    let web = with(Probe::Tcp);
    assert_snapshot!(container_part(&web, "/startupProbe"), @"");
    assert_snapshot!(container_part(&web, "/readinessProbe"), @"");
    assert_snapshot!(container_part(&web, "/livenessProbe"), @"");
}

#[test]
fn http_gets_a_path_of_the_containers_port() {
    let web = with(Probe::Http(url_path!("/status/200")));
    assert_snapshot!(container_part(&web, "/readinessProbe"), @"");
}
