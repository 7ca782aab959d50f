use insta::assert_snapshot;
use manifests_lib::model::Namespace;
use manifests_lib::name;
use manifests_lib::network::mesh::MetricsScraper;

use crate::support::{bundle, objects};

#[test]
fn nobody_is_admitted_but_who_scrapes_the_proxies() {
    let web = bundle();
    web.deny_by_default(&MetricsScraper {
        namespace: &Namespace::new(name!("monitoring")),
        app_name: name!("scraper"),
    });
    assert_snapshot!(objects(&web, &["AuthorizationPolicy", "NetworkPolicy"]), @"
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata:
      name: default-deny
      labels:
        env: test
      namespace: shop
    spec: {}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: default-deny
      labels:
        env: test
      namespace: shop
    spec:
      podSelector: {}
      policyTypes:
      - Ingress
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: metrics
      labels:
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
        - port: 15020
          protocol: TCP
        - port: 15090
          protocol: TCP
      podSelector: {}
      policyTypes:
      - Ingress
    ");
}

#[test]
fn pods_talk_by_mutual_tls_only() {
    let web = bundle();
    web.strict_mutual_tls();
    assert_snapshot!(objects(&web, &["PeerAuthentication"]), @"
    apiVersion: security.istio.io/v1
    kind: PeerAuthentication
    metadata:
      name: peer-authentication
      labels:
        env: test
      namespace: shop
    spec:
      mtls:
        mode: STRICT
    ");
}

#[test]
fn proxies_answer_dns() {
    let web = bundle();
    web.capture_dns();
    assert_snapshot!(objects(&web, &["ProxyConfig"]), @r#"
    apiVersion: networking.istio.io/v1beta1
    kind: ProxyConfig
    metadata:
      name: dns-capture
      labels:
        env: test
      namespace: shop
    spec:
      environmentVariables:
        ISTIO_META_DNS_CAPTURE: "true"
    "#);
}
