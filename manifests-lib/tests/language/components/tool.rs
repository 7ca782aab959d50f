//! Tools of charts and operators: who is admitted to their pods, and in which order they are deployed.

use insta::assert_snapshot;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use manifests_lib::model::Bundle;
use manifests_lib::network::gateway_api::Exposure;
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::network::{Http, ToolPods, ToolPort, ToolService};
use manifests_lib::observability::{
    MonitoredPods, PodMonitor, Prometheus, ServiceMonitor, WebUiRequests, WebUiSpec,
    pod_metrics_endpoint,
};
use manifests_lib::values::Name;
use manifests_lib::{host, name, port};

use crate::support::{ELSEWHERE, NAMESPACE, NODES, Shop, gateway_spec, server, waves};

fn policy(shop: &Shop, bundle: &Bundle) -> String {
    shop.part(bundle, "NetworkPolicy", "/spec/ingress")
}

/// Pods that take only what is admitted, in a bundle of their own.
fn tool(shop: &Shop, name: Name) -> (Bundle, ToolPods) {
    let bundle = shop.bundle_in(&ELSEWHERE, name.clone());
    let pods = bundle.tool_pods(&APP_NAME, &name);
    (bundle, pods)
}

fn api(pods: &ToolPods) -> ToolPort {
    pods.port(ToolService { name: name!("api"), port: port!(80), target_port: port!(9000) })
}

#[test]
fn nobody_reaches_its_pods_unless_admitted() {
    let shop = Shop::new();
    let (charts, _) = tool(&shop, name!("charts"));
    assert_snapshot!(shop.objects(&charts, &["NetworkPolicy"]), @"
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: charts
      labels:
        env: test
      namespace: elsewhere
    spec:
      podSelector:
        matchLabels:
          app.kubernetes.io/name: charts
      policyTypes:
      - Ingress
    ");
}

#[test]
fn who_calls_it_has_the_address_is_admitted_and_deployed_later() {
    let shop = Shop::new();
    let (_, viewer) = tool(&shop, name!("a-viewer"));
    let (charts, pods) = tool(&shop, name!("charts"));
    let address = viewer.calls(&api(&pods)).http_url();
    assert_eq!(address, "http://api.elsewhere.svc.cluster.local:80");
    assert_snapshot!(policy(&shop, &charts), @"
    - from:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: elsewhere
        podSelector:
          matchLabels:
            app.kubernetes.io/name: a-viewer
      ports:
      - port: 9000
        protocol: TCP
    ");
    assert_snapshot!(waves(&shop.build()), @"
    0 charts-application
    0 root-application
    0 team-parent-application
    1 a-viewer-application
    ");
}

#[test]
fn the_order_of_its_rules_does_not_depend_on_who_is_written_first() {
    let admit: [fn(&Shop, &ToolPods); 7] = [
        |_, pods| pods.admit_own_namespace(),
        |_, pods| pods.admit_api_server(port!(10250)),
        |shop, pods| shop.prometheus().scrapes(pods, port!(9090)),
        |_, pods| drop(api(pods).open_to_mesh()),
        |shop, pods| drop(tool(shop, name!("writer")).1.calls(&api(pods)).clone()),
        |shop, pods| drop(tool(shop, name!("reader")).1.calls(&api(pods)).clone()),
        |shop, pods| {
            let issuer = shop.issuer();
            let internal = shop.bundle_named(name!("door")).internal_gateway(
                gateway_spec(&issuer, name!("door"), Exposure::NetworkLoadBalancer),
                host!("internal.example.com"),
            );
            let port = api(pods);
            let charts = WebUiSpec {
                name: name!("charts"),
                port: &port,
                requests: WebUiRequests::All,
                local_port: port!(8080),
            };
            let _ = internal.web_ui(charts);
        },
    ];
    let rules = |steps: &mut dyn Iterator<Item = &fn(&Shop, &ToolPods)>| {
        let shop = Shop::new();
        let (charts, pods) = tool(&shop, name!("charts"));
        steps.for_each(|step| step(&shop, &pods));
        policy(&shop, &charts)
    };
    let in_order = rules(&mut admit.iter());
    assert_snapshot!(in_order, @"
    - from:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: elsewhere
    - from:
      - namespaceSelector:
          matchExpressions:
          - key: istio.io/rev
            operator: Exists
      ports:
      - port: 9000
        protocol: TCP
    - ports:
      - port: 10250
        protocol: TCP
    - from:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: monitoring
        podSelector:
          matchLabels:
            app.kubernetes.io/name: scraper
      ports:
      - port: 9090
        protocol: TCP
    - from:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: elsewhere
        podSelector:
          matchLabels:
            app.kubernetes.io/name: reader
      ports:
      - port: 9000
        protocol: TCP
    - from:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: elsewhere
        podSelector:
          matchLabels:
            app.kubernetes.io/name: writer
      ports:
      - port: 9000
        protocol: TCP
    - from:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: shop
        podSelector:
          matchLabels:
            gateway.networking.k8s.io/gateway-name: door
      ports:
      - port: 9000
        protocol: TCP
    ");
    assert_eq!(rules(&mut admit.iter().rev()), in_order);
}

#[test]
fn prometheus_asks_pods_and_services() {
    let shop = Shop::new();
    let web = shop.bundle();
    let prometheus = Prometheus::new(&web.tool_pods(&APP_NAME, &name!("prometheus")));
    for (name, pods) in [
        (name!("everywhere"), MonitoredPods::Everywhere),
        (name!("here"), MonitoredPods::In(&NAMESPACE)),
        (name!("labelled"), MonitoredPods::Labelled(&NAMESPACE, APP_NAME, name!("charts"))),
    ] {
        let endpoint = pod_metrics_endpoint("metrics");
        prometheus.pod_monitor(PodMonitor { name, pods, endpoint });
    }
    prometheus.service_monitor(ServiceMonitor {
        name: name!("services"),
        namespace: &ELSEWHERE,
        services: LabelSelector::default(),
        port: "metrics",
        job_label: APP_NAME,
    });
    assert_snapshot!(shop.objects(&web, &["PodMonitor", "ServiceMonitor"]), @"
    apiVersion: monitoring.coreos.com/v1
    kind: PodMonitor
    metadata:
      name: everywhere
      labels:
        env: test
      namespace: shop
    spec:
      namespaceSelector:
        any: true
      podMetricsEndpoints:
      - port: metrics
      selector: {}
    ---
    apiVersion: monitoring.coreos.com/v1
    kind: PodMonitor
    metadata:
      name: here
      labels:
        env: test
      namespace: shop
    spec:
      namespaceSelector:
        matchNames:
        - shop
      podMetricsEndpoints:
      - port: metrics
      selector: {}
    ---
    apiVersion: monitoring.coreos.com/v1
    kind: PodMonitor
    metadata:
      name: labelled
      labels:
        env: test
      namespace: shop
    spec:
      namespaceSelector:
        matchNames:
        - shop
      podMetricsEndpoints:
      - port: metrics
      selector:
        matchLabels:
          app.kubernetes.io/name: charts
    ---
    apiVersion: monitoring.coreos.com/v1
    kind: ServiceMonitor
    metadata:
      name: services
      labels:
        env: test
      namespace: shop
    spec:
      endpoints:
      - port: metrics
      jobLabel: app.kubernetes.io/name
      namespaceSelector:
        matchNames:
        - elsewhere
      selector: {}
    ");
}

#[test]
fn pods_that_are_named_twice_are_the_same_pods() {
    let shop = Shop::new();
    let (charts, _) = tool(&shop, name!("charts"));
    charts.tool_pods(&APP_NAME, &name!("charts")).admit_own_namespace();
    assert_snapshot!(policy(&shop, &charts), @"
    - from:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: elsewhere
    ");
}

/// Who is admitted to a tool that a component calls, what lets it out, and the component's bundle.
fn called_by_component(shop: &Shop) -> (String, Bundle) {
    shop.bundle_named(name!("shared")).deny_by_default(&shop.prometheus());
    let (charts, pods) = tool(shop, name!("charts"));
    let web = shop.bundle();
    let app = web.app(&NODES);
    server(&app).env([app.calls(&api(&pods).serves(Http)).url("CHARTS_URL")]);
    let leaves = shop.part(&web, "NetworkPolicy", "/spec/egress/1");
    (format!("{}---\n{leaves}", policy(shop, &charts)), web)
}

#[test]
fn a_component_that_calls_it_is_admitted() {
    let shop = Shop::new();
    let (policies, web) = called_by_component(&shop);
    assert_snapshot!(policies, @"
    - from:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: shop
        podSelector:
          matchLabels:
            app: web
            component: app
      ports:
      - port: 9000
        protocol: TCP
    ---
    ports:
    - port: 9000
      protocol: TCP
    to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: elsewhere
      podSelector:
        matchLabels:
          app.kubernetes.io/name: charts
    ");
    assert_snapshot!(shop.container_part(&web, "/env"), @"
    - name: CHARTS_URL
      value: http://api.elsewhere.svc.cluster.local:80
    ");
    assert_snapshot!(shop.part(&web, "Sidecar", "/spec/egress"), @"
    - hosts:
      - elsewhere/api.elsewhere.svc.cluster.local
    ");
}

#[test]
fn without_a_mesh_the_same_admits_a_component() {
    let (meshless, _) = called_by_component(&Shop::without_mesh());
    let (meshed, _) = called_by_component(&Shop::new());
    assert_eq!(meshless, meshed);
}
