use insta::assert_snapshot;
use manifests_lib::model::{Bundle, SelectorLabels};
use manifests_lib::{name, port};

use crate::support::{
    NAMESPACE, bundle, container_part, kinds, objects, part, server, service, service_on,
};

/// Another bundle whose only component calls the service of `web`.
fn caller(web: &Bundle) -> Bundle {
    let caller = Bundle::new(name!("mobile"), &NAMESPACE, &name!("test"));
    let _ = caller.app().calls(&service(&web.app()));
    caller
}

#[test]
fn leads_to_the_containers_port() {
    let web = bundle();
    let _ = service_on(&web.app(), port!(50000));
    assert_snapshot!(objects(&web, &["Service"]), @"
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
    let web = bundle();
    let _ = service(&web.app());
    assert_eq!(kinds(&web), ["Deployment", "ServiceAccount", "Service"]);
}

#[test]
fn its_callers_are_admitted_by_identity() {
    let web = bundle();
    caller(&web);
    assert_snapshot!(objects(&web, &["AuthorizationPolicy"]), @r#"
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
    let web = bundle();
    caller(&web);
    assert_snapshot!(objects(&web, &["NetworkPolicy"]), @"
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
    let web = bundle();
    let service = service(&web.app());
    let caller = Bundle::new(name!("mobile"), &NAMESPACE, &name!("test"));
    for _ in 0..2 {
        let _ = caller.app().calls(&service);
    }
    let principals = "/spec/rules/0/from/0/source/principals";
    assert_snapshot!(part(&web, "AuthorizationPolicy", principals), @"- cluster.local/ns/shop/sa/mobile-app-service-account");
}

#[test]
fn a_caller_gets_the_address() {
    let web = bundle();
    let service = service_on(&web.app(), port!(50000));
    let caller = Bundle::new(name!("mobile"), &NAMESPACE, &name!("test"));
    let address = caller.app().calls(&service);
    server(&caller.app()).env([
        address.url("WEB_URL"),
        address.host("WEB_HOST"),
        address.port("WEB_PORT"),
    ]);
    assert_snapshot!(container_part(&caller, "/env"), @r#"
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
    let web = bundle();
    service(&web.app()).selector(SelectorLabels::App);
    assert_snapshot!(part(&web, "Service", "/spec/selector"), @"app: web");
}
