use insta::assert_snapshot;
use manifests_lib::url_path;

use crate::support::{NODES, Shop, server};

#[test]
fn of_a_program_are_merged_with_those_of_its_proxy() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES)).metrics(url_path!("/metrics"));
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/metadata"), @r#"
    annotations:
      prometheus.io/path: /metrics
      prometheus.io/port: "8080"
      prometheus.io/scrape: "true"
    labels:
      app: web
      component: app
      env: test
    "#);
}

#[test]
fn are_served_at_one_place_a_pod() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.metrics(url_path!("/metrics"));
    server.metrics(url_path!("/metrics"));
    server.metrics(url_path!("/actuator/prometheus"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/metrics.rs:N: the pods serve metrics at another port or path already, and the proxy's agent asks one endpoint a pod: Prometheus would miss the other; serve both at one (see also manifests-lib/tests/language/components/metrics.rs:N) [several-metrics-endpoints]");
}
