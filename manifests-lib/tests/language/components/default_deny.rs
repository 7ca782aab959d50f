use insta::assert_snapshot;

use crate::support::Shop;

#[test]
fn nobody_is_admitted_but_who_scrapes_the_proxies() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.deny_by_default(&shop.prometheus());
    assert_snapshot!(shop.objects(&web, &["AuthorizationPolicy", "NetworkPolicy"]), @"
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
      - Egress
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
    let shop = Shop::new();
    let web = shop.bundle();
    web.strict_mutual_tls();
    assert_snapshot!(shop.objects(&web, &["PeerAuthentication"]), @"
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
    let shop = Shop::new();
    let web = shop.bundle();
    web.capture_dns();
    assert_snapshot!(shop.objects(&web, &["ProxyConfig"]), @r#"
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
