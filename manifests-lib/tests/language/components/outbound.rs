//! What leaves the pods of a namespace that denies by default.

use insta::assert_snapshot;
use manifests_lib::model::{Bundle, Namespace};
use manifests_lib::network::mesh::{EgressGateway, ExternalService, Way};
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::network::{Http, ToolService};
use manifests_lib::{host, name, port};

use crate::support::{ELSEWHERE, NODES, Shop, aurora, server, service};

/// A platform whose namespace `shop` denies by default.
fn denying() -> Shop {
    let shop = Shop::new();
    shop.bundle_named(name!("shared")).deny_by_default(&shop.prometheus());
    shop
}

fn rules(shop: &Shop, web: &Bundle) -> String {
    shop.part(web, "NetworkPolicy", "/spec/egress")
}

fn hosts(shop: &Shop, web: &Bundle) -> String {
    shop.part(web, "Sidecar", "/spec/egress/0/hosts")
}

#[test]
fn a_server_that_calls_nobody_asks_dns_alone_and_its_proxy_knows_nobody() {
    let shop = denying();
    let web = shop.bundle();
    server(&web.app(&NODES));
    assert_snapshot!(shop.objects(&web, &["NetworkPolicy", "Sidecar"]), @"
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web-app-egress-network-policy
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      egress:
      - ports:
        - port: 53
          protocol: UDP
        - port: 53
          protocol: TCP
        to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
          podSelector:
            matchLabels:
              k8s-app: kube-dns
      podSelector:
        matchLabels:
          app: web
          component: app
      policyTypes:
      - Egress
    ---
    apiVersion: networking.istio.io/v1
    kind: Sidecar
    metadata:
      name: web-app-sidecar
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      egress:
      - hosts:
        - ~/*
      workloadSelector:
        labels:
          app: web
          component: app
    ");
}

#[test]
fn a_call_leaves_for_the_pods_of_the_service_that_it_declares() {
    let shop = denying();
    let web = shop.bundle();
    let stock = service(&shop.bundle_named(name!("stock")).app(&NODES));
    let depot = service(&shop.bundle_in(&ELSEWHERE, name!("depot")).app(&NODES));
    let app = web.app(&NODES);
    server(&app).env([app.calls(&stock).url("STOCK"), app.calls(&depot).url("DEPOT")]);
    assert_snapshot!(rules(&shop, &web), @"
    - ports:
      - port: 53
        protocol: UDP
      - port: 53
        protocol: TCP
      to:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: kube-system
        podSelector:
          matchLabels:
            k8s-app: kube-dns
    - ports:
      - port: 8080
        protocol: TCP
      to:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: elsewhere
        podSelector:
          matchLabels:
            app: depot
            component: app
    - ports:
      - port: 8080
        protocol: TCP
      to:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: shop
        podSelector:
          matchLabels:
            app: stock
            component: app
    ");
    assert_snapshot!(hosts(&shop, &web), @"
    - ./stock-app-service.shop.svc.cluster.local
    - elsewhere/depot-app-service.elsewhere.svc.cluster.local
    ");
}

#[test]
fn what_is_open_to_the_mesh_is_open_to_every_pod() {
    let shop = denying();
    let web = shop.bundle();
    let tools = shop.bundle_in(&ELSEWHERE, name!("tools"));
    let control_plane = tools.tool_pods(&APP_NAME, &name!("control-plane"));
    control_plane.open_to_mesh(port!(15012));
    let traces = tools.tool_pods(&APP_NAME, &name!("traces")).port(ToolService {
        name: name!("collector"),
        port: port!(80),
        target_port: port!(4317),
    });
    let _ = traces.open_to_mesh();
    server(&web.app(&NODES));
    assert_snapshot!(rules(&shop, &web), @"
    - ports:
      - port: 53
        protocol: UDP
      - port: 53
        protocol: TCP
      to:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: kube-system
        podSelector:
          matchLabels:
            k8s-app: kube-dns
    - ports:
      - port: 15012
        protocol: TCP
      to:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: elsewhere
        podSelector:
          matchLabels:
            app.kubernetes.io/name: control-plane
    - ports:
      - port: 4317
        protocol: TCP
      to:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: elsewhere
        podSelector:
          matchLabels:
            app.kubernetes.io/name: traces
    ");
    assert_snapshot!(hosts(&shop, &web), @"- elsewhere/collector.elsewhere.svc.cluster.local");
}

#[test]
fn a_host_outside_is_reached_by_the_egress_gateway() {
    let shop = denying();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let outside = app.external_service(ExternalService {
        host: host!("example.com"),
        port: port!(80),
        protocol: Http,
        way: Way::Through(&EgressGateway {
            name: name!("back-door"),
            namespace: Namespace::new(name!("edge")),
            selector: name!("egress"),
        }),
    });
    server(&app).env([app.calls(&outside).url("OUTSIDE")]);
    assert_snapshot!(rules(&shop, &web), @"
    - ports:
      - port: 53
        protocol: UDP
      - port: 53
        protocol: TCP
      to:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: kube-system
        podSelector:
          matchLabels:
            k8s-app: kube-dns
    - ports:
      - port: 443
        protocol: TCP
      to:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: edge
        podSelector:
          matchLabels:
            istio: egress
    ");
    assert_snapshot!(hosts(&shop, &web), @"
    - ./example.com
    - edge/back-door.edge.svc.cluster.local
    ");
}

#[test]
fn aurora_is_reached_at_its_addresses_by_its_owner_alone() {
    let shop = denying();
    let web = shop.bundle();
    shop.secrets_manager();
    let app = web.app(&NODES);
    let _ = app.database(aurora());
    server(&app);
    assert_snapshot!(rules(&shop, &web), @"
    - ports:
      - port: 53
        protocol: UDP
      - port: 53
        protocol: TCP
      to:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: kube-system
        podSelector:
          matchLabels:
            k8s-app: kube-dns
    - ports:
      - port: 3306
        protocol: TCP
      to:
      - ipBlock:
          cidr: 10.0.0.0/16
    ");
    assert_snapshot!(hosts(&shop, &web), @"- ./web.cluster-c0example0ab.eu-west-1.rds.amazonaws.com");
    let stranger = shop.bundle_named(name!("stranger"));
    server(&stranger.app(&NODES));
    assert_snapshot!(hosts(&shop, &stranger), @"- ~/*");
}

#[test]
fn components_of_one_bundle_share_nothing() {
    let shop = denying();
    let web = shop.bundle();
    let stock = service(&shop.bundle_named(name!("stock")).app(&NODES));
    let app = web.app(&NODES);
    let _ = app.calls(&stock);
    server(&web.component(name!("worker"), &NODES));
    assert_snapshot!(hosts(&shop, &web), @"- ~/*");
}

#[test]
fn pods_of_other_namespaces_send_wherever_they_like() {
    let shop = denying();
    let depot = shop.bundle_in(&ELSEWHERE, name!("depot"));
    server(&depot.app(&NODES));
    assert_eq!(shop.kinds(&depot), ["Deployment", "ServiceAccount"]);
}
