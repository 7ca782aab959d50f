use insta::assert_snapshot;
use manifests_lib::model::Bundle;
use manifests_lib::network::Http;
use manifests_lib::network::mesh::{
    ConnectionLimits, GrpcRetryOn, HttpRetryOn, MeshRouteHandle, OutlierDetection, Retries,
};
use manifests_lib::values::{milliseconds, seconds};
use manifests_lib::{grpc_method, port, url_path};

use crate::support::{NODES, Shop, server, service};

#[test]
fn only_its_own_namespace_sees_it() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    service(&app).mesh_route();
    assert_snapshot!(shop.objects(&web, &["VirtualService", "DestinationRule"]), @"
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
      gateways:
      - mesh
      hosts:
      - web-app-service.shop.svc.cluster.local
      http:
      - match:
        - port: 80
        route:
        - destination:
            host: web-app-service.shop.svc.cluster.local
            port:
              number: 80
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
      host: web-app-service.shop.svc.cluster.local
      trafficPolicy:
        tls:
          mode: ISTIO_MUTUAL
    ");
}

fn http(shop: &Shop) -> (Bundle, MeshRouteHandle<Http>) {
    let web = shop.bundle();
    let route = service(&web.app(&NODES)).mesh_route();
    (web, route)
}

#[test]
fn says_how_long_an_answer_may_take_and_what_is_sent_again() {
    let shop = Shop::new();
    let (web, route) = http(&shop);
    route.timeout(seconds(5));
    route.retries(Retries {
        attempts: 3,
        per_try: milliseconds(1250),
        on: [HttpRetryOn::ConnectFailure, HttpRetryOn::GatewayError],
    });
    assert_snapshot!(shop.part(&web, "VirtualService", "/spec/http"), @"
    - match:
      - port: 80
      retries:
        attempts: 3
        perTryTimeout: 1.25s
        retryOn: connect-failure,gateway-error
      route:
      - destination:
          host: web-app-service.shop.svc.cluster.local
          port:
            number: 80
      timeout: 5s
    ");
}

#[test]
fn sends_nothing_again_where_it_says_so() {
    let shop = Shop::new();
    let (web, route) = http(&shop);
    route.without_retries();
    assert_snapshot!(shop.part(&web, "VirtualService", "/spec/http/0/retries"), @"attempts: 0");
}

#[test]
fn tells_paths_apart_and_the_longest_decides() {
    let shop = Shop::new();
    let (web, route) = http(&shop);
    route.timeout(milliseconds(250));
    route.path_prefix(url_path!("/reports")).timeout(seconds(30));
    let printed = route.path_prefix(url_path!("/reports/print/"));
    printed.timeout(seconds(60));
    printed.without_retries();
    assert_snapshot!(shop.part(&web, "VirtualService", "/spec/http"), @"
    - match:
      - port: 80
        uri:
          exact: /reports/print
      - port: 80
        uri:
          prefix: /reports/print/
      retries:
        attempts: 0
      route:
      - destination:
          host: web-app-service.shop.svc.cluster.local
          port:
            number: 80
      timeout: 60s
    - match:
      - port: 80
        uri:
          exact: /reports
      - port: 80
        uri:
          prefix: /reports/
      route:
      - destination:
          host: web-app-service.shop.svc.cluster.local
          port:
            number: 80
      timeout: 30s
    - match:
      - port: 80
      route:
      - destination:
          host: web-app-service.shop.svc.cluster.local
          port:
            number: 80
      timeout: 0.25s
    ");
}

#[test]
fn tells_methods_of_grpc_apart() {
    let shop = Shop::new();
    let web = shop.bundle();
    let route = server(&web.app(&NODES)).expose_grpc(port!(50051)).mesh_route();
    route.retries(Retries {
        attempts: 2,
        per_try: milliseconds(300),
        on: [GrpcRetryOn::Unavailable, GrpcRetryOn::ResourceExhausted],
    });
    let charge = route.method(grpc_method!("/hipstershop.PaymentService/Charge"));
    charge.timeout(seconds(10));
    charge.without_retries();
    let watch = route.method(grpc_method!("/grpc.health.v1.Health/Watch"));
    watch.retries(Retries { attempts: 1, per_try: seconds(1).into(), on: [GrpcRetryOn::Reset] });
    assert_snapshot!(shop.part(&web, "VirtualService", "/spec/http"), @"
    - match:
      - port: 50051
        uri:
          exact: /hipstershop.PaymentService/Charge
      retries:
        attempts: 0
      route:
      - destination:
          host: web-app-service.shop.svc.cluster.local
          port:
            number: 50051
      timeout: 10s
    - match:
      - port: 50051
        uri:
          exact: /grpc.health.v1.Health/Watch
      retries:
        attempts: 1
        perTryTimeout: 1s
        retryOn: reset
      route:
      - destination:
          host: web-app-service.shop.svc.cluster.local
          port:
            number: 50051
    - match:
      - port: 50051
      retries:
        attempts: 2
        perTryTimeout: 0.3s
        retryOn: unavailable,resource-exhausted
      route:
      - destination:
          host: web-app-service.shop.svc.cluster.local
          port:
            number: 50051
    ");
}

#[test]
fn limits_what_is_under_way_and_leaves_out_pods_that_fail() {
    let shop = Shop::new();
    let (web, route) = http(&shop);
    route.connection_limits(ConnectionLimits {
        connections: 100,
        pending_requests: 50,
        requests: 200,
    });
    route.outlier_detection(OUTLIERS);
    assert_snapshot!(shop.part(&web, "DestinationRule", "/spec/trafficPolicy"), @"
    portLevelSettings:
    - connectionPool:
        http:
          http1MaxPendingRequests: 50
          http2MaxRequests: 200
        tcp:
          maxConnections: 100
      outlierDetection:
        baseEjectionTime: 30s
        consecutive5xxErrors: 5
        interval: 10s
        maxEjectionPercent: 50
      port:
        number: 80
      tls:
        mode: ISTIO_MUTUAL
    tls:
      mode: ISTIO_MUTUAL
    ");
}

const OUTLIERS: OutlierDetection = OutlierDetection {
    consecutive_errors: 5,
    interval: seconds(10),
    ejection: seconds(30),
    max_ejected_percent: 50,
};

#[test]
fn written_twice_is_one() {
    let shop = Shop::new();
    let web = shop.bundle();
    let service = service(&web.app(&NODES));
    service.mesh_route().timeout(seconds(5));
    service.mesh_route().without_retries();
    assert_snapshot!(shop.part(&web, "VirtualService", "/spec/http/0/timeout"), @"5s");
}
