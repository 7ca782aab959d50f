use insta::assert_snapshot;
use manifests_lib::model::{Bundle, SelectorLabels};
use manifests_lib::{name, port};

use crate::support::{NODES, Shop, server, service, service_on};

/// A platform whose bundle `web` has a service, which the only component of another one calls.
fn called() -> (Shop, Bundle) {
    let shop = Shop::new();
    let web = shop.bundle();
    let caller = shop.bundle_named(name!("mobile")).app(&NODES);
    let _ = caller.calls(&service(&web.app(&NODES)));
    server(&caller);
    (shop, web)
}

#[test]
fn leads_to_the_containers_port() {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = service_on(&web.app(&NODES), port!(50000));
    assert_snapshot!(shop.objects(&web, &["Service"]), @"
    apiVersion: v1
    kind: Service
    metadata:
      name: web-app-service
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      ports:
      - name: http-web
        appProtocol: http
        port: 50000
        protocol: TCP
        targetPort: 8080
      selector:
        app: web
        component: app
      type: ClusterIP
    ");
}

#[test]
fn without_callers_nobody_is_admitted() {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = service(&web.app(&NODES));
    assert_eq!(shop.kinds(&web), ["Deployment", "ServiceAccount", "Service"]);
}

#[test]
fn its_callers_are_admitted_by_identity() {
    let (shop, web) = called();
    assert_snapshot!(shop.objects(&web, &["AuthorizationPolicy"]), @r#"
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata:
      name: web-app-authorization-policy
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      action: ALLOW
      rules:
      - from:
        - source:
            principals:
            - cluster.local/ns/shop/sa/mobile-app-service-account
        to:
        - operation:
            ports:
            - "8080"
      selector:
        matchLabels:
          app: web
          component: app
    "#);
}

#[test]
fn its_callers_are_admitted_by_pod() {
    let (shop, web) = called();
    assert_snapshot!(shop.objects(&web, &["NetworkPolicy"]), @"
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web-app-network-policy
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
              kubernetes.io/metadata.name: shop
          podSelector:
            matchLabels:
              app: mobile
              component: app
        ports:
        - port: 8080
          protocol: TCP
      podSelector:
        matchLabels:
          app: web
          component: app
      policyTypes:
      - Ingress
    ");
}

#[test]
fn who_calls_twice_is_admitted_once() {
    let shop = Shop::new();
    let web = shop.bundle();
    let service = service(&web.app(&NODES));
    let caller = shop.bundle_named(name!("mobile")).app(&NODES);
    server(&caller);
    for _ in 0..2 {
        let _ = caller.calls(&service);
    }
    let principals = "/spec/rules/0/from/0/source/principals";
    assert_snapshot!(shop.part(&web, "AuthorizationPolicy", principals), @"- cluster.local/ns/shop/sa/mobile-app-service-account");
}

#[test]
fn a_caller_gets_the_address() {
    let shop = Shop::new();
    let web = shop.bundle();
    let service = service_on(&web.app(&NODES), port!(50000));
    let caller = shop.bundle_named(name!("mobile"));
    let address = caller.app(&NODES).calls(&service);
    server(&caller.app(&NODES)).env([
        address.url("WEB_URL"),
        address.host("WEB_HOST"),
        address.port("WEB_PORT"),
    ]);
    assert_snapshot!(shop.container_part(&caller, "/env"), @r#"
    - name: WEB_URL
      value: http://web-app-service.shop.svc.cluster.local:50000
    - name: WEB_HOST
      value: web-app-service.shop.svc.cluster.local
    - name: WEB_PORT
      value: "50000"
    "#);
}

#[test]
fn an_older_selector_stays() {
    let shop = Shop::new();
    let web = shop.bundle();
    service(&web.app(&NODES)).selector(SelectorLabels::App);
    assert_snapshot!(shop.part(&web, "Service", "/spec/selector"), @"app: web");
}

#[test]
fn an_argument_has_the_address_of_a_service_that_admits_its_component() {
    let shop = Shop::new();
    let web = shop.bundle();
    let stock = service(&shop.bundle_named(name!("stock")).app(&NODES));
    let app = web.app(&NODES);
    let proxy = server(&app);
    let stock = app.calls(&stock);
    let address = format!("--address={}", stock.to_address());
    proxy.arguments([address.as_str(), stock.to_url().as_str()]);
    assert_snapshot!(shop.container_part(&web, "/args"), @"
    - --address=stock-app-service.shop.svc.cluster.local:80
    - http://stock-app-service.shop.svc.cluster.local:80
    ");
}
