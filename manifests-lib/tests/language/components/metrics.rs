use insta::assert_snapshot;
use manifests_lib::{name, port, port_name, url_path};

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

#[test]
fn of_a_program_without_a_proxy_are_read_by_the_prometheus_of_its_namespace() {
    let shop = Shop::without_mesh();
    let prometheus = shop.prometheus();
    shop.bundle_named(name!("shared")).deny_by_default(&prometheus);
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.metrics(url_path!("/metrics"));
    server.metrics(url_path!("/metrics"));
    server.port(port_name!("admin"), port!(9090)).metrics(url_path!("/actuator/prometheus"));
    let built = shop.build();
    let monitors = built.resources().filter(|it| it.object_ref().kind == "PodMonitor");
    assert_snapshot!(monitors.map(crate::support::document).collect::<String>(), @"
    apiVersion: monitoring.coreos.com/v1
    kind: PodMonitor
    metadata:
      name: web-app-pod-monitor
      labels:
        env: test
      namespace: monitoring
    spec:
      jobLabel: app
      namespaceSelector:
        matchNames:
        - shop
      podMetricsEndpoints:
      - path: /metrics
        portNumber: 8080
      - path: /actuator/prometheus
        portNumber: 9090
      selector:
        matchLabels:
          app: web
          component: app
    ");
    let policies = shop.objects(&web, &["NetworkPolicy"]);
    let (_, of_metrics) = policies.split_once("---\n").expect("two policies");
    assert_snapshot!(of_metrics, @"
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web-app-metrics-network-policy
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      ingress:
      - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: monitoring
          podSelector:
            matchLabels:
              app.kubernetes.io/name: scraper
        ports:
        - port: 8080
          protocol: TCP
        - port: 9090
          protocol: TCP
      podSelector:
        matchLabels:
          app: web
          component: app
      policyTypes:
      - Ingress
    ");
    let template = shop.part(&web, "Deployment", "/spec/template");
    assert!(!template.contains("prometheus.io"), "{template}");
}

#[test]
fn of_a_program_without_a_proxy_need_a_prometheus() {
    let shop = Shop::without_mesh();
    server(&shop.bundle().app(&NODES)).metrics(url_path!("/metrics"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/metrics.rs:N: nothing says which Prometheus reads metrics in the namespace shop, so that nobody would read these: call `deny_by_default(&prometheus)` at a bundle of the namespace [unread-metrics]");
}
