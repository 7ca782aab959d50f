use insta::assert_snapshot;
use manifests_lib::model::{Bundle, Namespace};
use manifests_lib::network::mesh::{GatewayRoute, IngressGateway};
use manifests_lib::values::{NodePort, Port};
use manifests_lib::{name, node_port, port};

use crate::support::{NODES, Shop, service_on};

fn open(bundle: &Bundle, port: Port, node_port: NodePort) {
    let gateway = IngressGateway {
        name: name!("front-door"),
        namespace: Namespace::new(name!("edge")),
        selector: name!("ingress"),
    };
    let service = service_on(&bundle.app(&NODES), port);
    service.gateway_route(GatewayRoute { gateway: &gateway, node_port });
}

fn opened() -> (Shop, Bundle) {
    let shop = Shop::new();
    let web = shop.bundle();
    open(&web, port!(50001), node_port!(30001));
    (shop, web)
}

#[test]
fn opens_the_services_port_at_the_gateway() {
    let (shop, web) = opened();
    assert_snapshot!(shop.objects(&web, &["Gateway"]), @r#"
    apiVersion: networking.istio.io/v1
    kind: Gateway
    metadata:
      name: web-app-gateway
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      selector:
        istio: ingress
      servers:
      - hosts:
        - "*"
        port:
          name: http-web
          number: 50001
          protocol: HTTP
    "#);
}

#[test]
fn is_visible_where_the_gateway_runs() {
    let (shop, web) = opened();
    assert_snapshot!(shop.objects(&web, &["VirtualService", "DestinationRule"]), @r#"
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata:
      name: web-app-virtual-service
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      exportTo:
      - .
      - edge
      gateways:
      - web-app-gateway
      hosts:
      - "*"
      http:
      - match:
        - port: 50001
        route:
        - destination:
            host: web-app-service.shop.svc.cluster.local
            port:
              number: 50001
    ---
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata:
      name: web-app-destination-rule
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      exportTo:
      - .
      - edge
      host: web-app-service.shop.svc.cluster.local
      trafficPolicy:
        tls:
          mode: ISTIO_MUTUAL
    "#);
}

#[test]
fn admits_the_gateway() {
    let (shop, web) = opened();
    let principals = "/spec/rules/0/from/0/source/principals";
    assert_snapshot!(shop.part(&web, "AuthorizationPolicy", principals), @"- cluster.local/ns/edge/sa/front-door");
    assert_snapshot!(shop.part(&web, "NetworkPolicy", "/spec/ingress/0/from"), @"
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: edge
      podSelector:
        matchLabels:
          istio: ingress
    ");
}

#[test]
fn is_a_port_of_the_gateways_own_service() {
    let shop = Shop::new();
    open(&shop.bundle_named(name!("mobile")), port!(50002), node_port!(30000));
    open(&shop.bundle(), port!(50001), node_port!(30001));
    let ports: Vec<_> = shop
        .build()
        .gateway_ports
        .iter()
        .map(|port| {
            let node_port = port.node_port.number();
            format!("{} {} {node_port} {}", port.gateway, port.port, port.service)
        })
        .collect();
    assert_snapshot!(ports.join("\n"), @"
    front-door 50001 30001 web-app-service.shop.svc.cluster.local
    front-door 50002 30000 mobile-app-service.shop.svc.cluster.local
    ");
}
