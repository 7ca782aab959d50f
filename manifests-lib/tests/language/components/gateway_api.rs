use insta::assert_snapshot;
use manifests_lib::model::{Bundle, Component, Namespace};
use manifests_lib::network::gateway_api::{
    Exposure, Gateway, GatewaySpec, HttpRoute, Internal, Limits, Public, WebUiRoute,
};
use manifests_lib::network::mesh::{GatewayRoute, IngressGateway, IngressPort};
use manifests_lib::network::{Certificate, CertificateHosts, ClusterIssuer, ServiceRef};
use manifests_lib::observability::{Scheme, WebUi};
use manifests_lib::values::{NodePort, mebibytes, seconds};
use manifests_lib::{host, name, node_port, port, url_path};

use crate::support::{NAMESPACE, bundle, mistakes, objects, part, service};

const ELSEWHERE: &[Namespace] = &[Namespace::new(name!("elsewhere"))];

const PUBLIC: Gateway<Public> = Gateway {
    name: name!("door"),
    namespace: NAMESPACE,
    routes_from: &[],
    class: name!("example"),
    visibility: Public,
};

const INTERNAL: Gateway<Internal> = Gateway {
    name: name!("back-door"),
    namespace: NAMESPACE,
    routes_from: ELSEWHERE,
    class: name!("example"),
    visibility: Internal,
};

const ISSUER: ClusterIssuer = ClusterIssuer { name: name!("everybody") };

const LIMITS: Limits = Limits {
    requests_per_second: 10,
    burst: 20,
    max_body_size: mebibytes(1),
    body_timeout: seconds(10),
    connect_timeout: seconds(5),
    response_timeout: seconds(30),
};

/// Both gateways with an exposure and limits.
fn gateways(exposure: Exposure, limits: Limits) -> Bundle {
    let web = bundle();
    let certificate = web.certificate(Certificate {
        name: name!("door"),
        issuer: &ISSUER,
        hosts: CertificateHosts::Of(vec![host!("www.example.com")]),
    });
    let spec = GatewaySpec { certificate: &certificate, replicas: 2, exposure, limits };
    web.gateway(&PUBLIC, spec.clone());
    if exposure == Exposure::NetworkLoadBalancer {
        web.gateway(&INTERNAL, spec);
    }
    web
}

/// A service that a gateway of the mesh opens.
fn opened(component: &Component, node_port: NodePort) -> IngressPort {
    let gateway = IngressGateway {
        name: name!("front-door"),
        namespace: Namespace::new(name!("elsewhere")),
        selector: name!("ingress"),
    };
    component.gateway_route(&service(component), GatewayRoute { gateway: &gateway, node_port })
}

fn web_ui(scheme: Scheme) -> WebUi {
    WebUi {
        name: name!("charts"),
        service: ServiceRef {
            name: name!("charts-server"),
            namespace: Namespace::new(name!("elsewhere")),
            port: port!(3000),
        },
        scheme,
        local_port: port!(8080),
    }
}

fn page(scheme: Scheme, with_certificate: bool) -> Bundle {
    let web = bundle();
    let web_ui = web_ui(scheme);
    let certificate =
        with_certificate.then(|| web.service_certificate(name!("tls"), &ISSUER, &web_ui.service));
    web.web_ui_route(WebUiRoute {
        web_ui: &web_ui,
        gateway: &INTERNAL,
        domain: &host!("internal.example.com"),
        certificate: certificate.as_ref(),
    });
    web
}

#[test]
fn a_page_is_found_behind_the_gateway_or_at_a_forwarded_port() {
    let charts = web_ui(Scheme::Http);
    let domain = host!("internal.example.com");
    assert_eq!(charts.url(Some(&domain)), "https://charts.internal.example.com");
    assert_eq!(charts.url(None), "http://localhost:8080");
}

#[test]
fn it_listens_for_https_and_limits_every_client() {
    let web = gateways(Exposure::NodePort(node_port!(30443)), LIMITS);
    let kinds = [
        "Gateway",
        "RateLimitPolicy",
        "ClientSettingsPolicy",
        "ProxySettingsPolicy",
        "PodDisruptionBudget",
    ];
    assert_snapshot!(objects(&web, &kinds), @r#"
    apiVersion: gateway.networking.k8s.io/v1
    kind: Gateway
    metadata:
      name: door
      labels:
        env: test
      namespace: shop
    spec:
      gatewayClassName: example
      listeners:
      - name: https
        allowedRoutes:
          namespaces:
            from: Same
        port: 443
        protocol: HTTPS
        tls:
          certificateRefs:
          - name: door
            group: ""
            kind: Secret
          mode: Terminate
    ---
    apiVersion: gateway.nginx.org/v1alpha1
    kind: RateLimitPolicy
    metadata:
      name: door
      labels:
        env: test
      namespace: shop
    spec:
      rateLimit:
        local:
          rules:
          - burst: 20
            key: $binary_remote_addr
            noDelay: true
            rate: 10r/s
            zoneSize: 10m
        rejectCode: 429
      targetRefs:
      - name: door
        group: gateway.networking.k8s.io
        kind: Gateway
    ---
    apiVersion: gateway.nginx.org/v1alpha1
    kind: ClientSettingsPolicy
    metadata:
      name: door
      labels:
        env: test
      namespace: shop
    spec:
      body:
        maxSize: 1m
        timeout: 10s
      targetRef:
        group: gateway.networking.k8s.io
        kind: Gateway
        name: door
    ---
    apiVersion: gateway.nginx.org/v1alpha1
    kind: ProxySettingsPolicy
    metadata:
      name: door
      labels:
        env: test
      namespace: shop
    spec:
      targetRefs:
      - name: door
        group: gateway.networking.k8s.io
        kind: Gateway
      timeout:
        connect: 5s
        read: 30s
        send: 30s
    ---
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata:
      name: door
      labels:
        env: test
      namespace: shop
    spec:
      maxUnavailable: 1
      selector:
        matchLabels:
          gateway.networking.k8s.io/gateway-name: door
    "#);
}

#[test]
fn load_balancers_differ_by_visibility() {
    let web = gateways(Exposure::NetworkLoadBalancer, LIMITS);
    assert_snapshot!(objects(&web, &["Gateway"]), @r#"
    apiVersion: gateway.networking.k8s.io/v1
    kind: Gateway
    metadata:
      name: door
      labels:
        env: test
      namespace: shop
    spec:
      gatewayClassName: example
      infrastructure:
        annotations:
          service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip
          service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing
          service.beta.kubernetes.io/aws-load-balancer-target-group-attributes: preserve_client_ip.enabled=true
      listeners:
      - name: https
        allowedRoutes:
          namespaces:
            from: Same
        port: 443
        protocol: HTTPS
        tls:
          certificateRefs:
          - name: door
            group: ""
            kind: Secret
          mode: Terminate
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: Gateway
    metadata:
      name: back-door
      labels:
        env: test
      namespace: shop
    spec:
      gatewayClassName: example
      infrastructure:
        annotations:
          service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip
          service.beta.kubernetes.io/aws-load-balancer-scheme: internal
          service.beta.kubernetes.io/aws-load-balancer-target-group-attributes: preserve_client_ip.enabled=true
      listeners:
      - name: https
        allowedRoutes:
          namespaces:
            from: Selector
            selector:
              matchExpressions:
              - key: kubernetes.io/metadata.name
                operator: In
                values:
                - shop
                - elsewhere
        port: 443
        protocol: HTTPS
        tls:
          certificateRefs:
          - name: door
            group: ""
            kind: Secret
          mode: Terminate
    "#);
}

#[test]
fn routes_lead_to_the_gateway_of_the_mesh() {
    let web = bundle();
    let to = opened(&web.app(), node_port!(30001));
    web.http_routes(
        &PUBLIC,
        [
            HttpRoute {
                name: name!("orders"),
                host: host!("www.example.com"),
                path: url_path!("/orders"),
                to: &to,
            },
            HttpRoute {
                name: name!("all"),
                host: host!("www.example.com"),
                path: url_path!("/"),
                to: &to,
            },
        ],
    );
    assert_snapshot!(objects(&web, &["HTTPRoute", "ReferenceGrant"]), @r#"
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata:
      name: orders
      labels:
        env: test
      namespace: shop
    spec:
      hostnames:
      - www.example.com
      parentRefs:
      - name: door
        group: gateway.networking.k8s.io
        kind: Gateway
        namespace: shop
      rules:
      - backendRefs:
        - name: front-door
          group: ""
          kind: Service
          namespace: elsewhere
          port: 80
          weight: 1
        matches:
        - path:
            type: PathPrefix
            value: /orders
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata:
      name: all
      labels:
        env: test
      namespace: shop
    spec:
      hostnames:
      - www.example.com
      parentRefs:
      - name: door
        group: gateway.networking.k8s.io
        kind: Gateway
        namespace: shop
      rules:
      - backendRefs:
        - name: front-door
          group: ""
          kind: Service
          namespace: elsewhere
          port: 80
          weight: 1
        matches:
        - path:
            type: PathPrefix
            value: /
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: ReferenceGrant
    metadata:
      name: door-front-door
      labels:
        env: test
      namespace: elsewhere
    spec:
      from:
      - group: gateway.networking.k8s.io
        kind: HTTPRoute
        namespace: shop
      to:
      - name: front-door
        group: ""
        kind: Service
    "#);
}

#[test]
fn a_page_in_plain_text_has_a_route() {
    let web = page(Scheme::Http, false);
    assert_snapshot!(objects(&web, &["HTTPRoute", "BackendTLSPolicy"]), @r#"
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata:
      name: charts-dashboard
      labels:
        env: test
      namespace: elsewhere
    spec:
      hostnames:
      - charts.internal.example.com
      parentRefs:
      - name: back-door
        group: gateway.networking.k8s.io
        kind: Gateway
        namespace: shop
      rules:
      - backendRefs:
        - name: charts-server
          group: ""
          kind: Service
          port: 3000
          weight: 1
        matches:
        - path:
            type: PathPrefix
            value: /
    "#);
}

#[test]
fn the_certificate_of_a_page_is_checked() {
    let web = page(Scheme::Https, true);
    assert_snapshot!(part(&web, "Certificate", "/spec/dnsNames"), @"- charts-server.elsewhere.svc.cluster.local");
    assert_snapshot!(objects(&web, &["BackendTLSPolicy"]), @r#"
    apiVersion: gateway.networking.k8s.io/v1
    kind: BackendTLSPolicy
    metadata:
      name: charts-dashboard
      labels:
        env: test
      namespace: elsewhere
    spec:
      targetRefs:
      - name: charts-server
        group: ""
        kind: Service
      validation:
        caCertificateRefs:
        - name: tls
          group: ""
          kind: Secret
        hostname: charts-server.elsewhere.svc.cluster.local
    "#);
}

#[test]
fn a_scheme_and_a_certificate_that_do_not_fit_are_refused() {
    assert_snapshot!(mistakes(&[&page(Scheme::Https, false)]), @"manifests-lib/tests/language/components/gateway_api.rs:N: charts is served by https, which needs a certificate for the gateway to check: change `certificate`");
    assert_snapshot!(mistakes(&[&page(Scheme::Http, true)]), @"manifests-lib/tests/language/components/gateway_api.rs:N: charts is served by http, which has no a certificate for the gateway to check: change `certificate`");
}

#[test]
fn a_page_in_a_namespace_that_the_gateway_ignores_is_refused() {
    let web = bundle();
    web.web_ui_route(WebUiRoute {
        web_ui: &web_ui(Scheme::Http),
        gateway: &Gateway { routes_from: &[], ..INTERNAL },
        domain: &host!("internal.example.com"),
        certificate: None,
    });
    assert_snapshot!(mistakes(&[&web]), @"manifests-lib/tests/language/components/gateway_api.rs:N: the gateway back-door ignores routes of the namespace elsewhere, and charts would not be found: add the namespace to the gateway's `routes_from`");
}

#[test]
fn limits_that_nginx_refuses_are_refused() {
    let web = gateways(
        Exposure::NodePort(node_port!(30443)),
        Limits {
            requests_per_second: 0,
            max_body_size: mebibytes(0),
            response_timeout: seconds(10_000),
            ..LIMITS
        },
    );
    assert_snapshot!(mistakes(&[&web]), @"
    manifests-lib/tests/language/components/gateway_api.rs:N: the gateway door admits no request in a second, and NGINX refuses such a rate: give it one at least
    manifests-lib/tests/language/components/gateway_api.rs:N: the gateway door takes bodies of 0 MiB; NGINX reads 0 as no limit, and its policy is refused above 9999: choose a size between
    manifests-lib/tests/language/components/gateway_api.rs:N: the gateway door waits for less than a second or more than 9999, which its policies refuse: choose a time between
    ");
}

#[test]
fn a_node_port_that_a_service_has_is_refused() {
    let web = gateways(Exposure::NodePort(node_port!(30001)), LIMITS);
    opened(&web.app(), node_port!(30001));
    assert_snapshot!(mistakes(&[&web]), @"manifests-lib/tests/language/components/gateway_api.rs:N: node port 30001 is opened twice: the API server would refuse it; choose another number (see also manifests-lib/tests/language/components/gateway_api.rs:N)");
}

#[test]
fn a_certificate_of_another_namespace_is_refused() {
    let elsewhere = Bundle::new(name!("other"), &ELSEWHERE[0], &name!("test"));
    let certificate = elsewhere.certificate(Certificate {
        name: name!("door"),
        issuer: &ISSUER,
        hosts: CertificateHosts::Of(vec![host!("www.example.com")]),
    });
    let web = bundle();
    web.gateway(
        &PUBLIC,
        GatewaySpec {
            certificate: &certificate,
            replicas: 1,
            exposure: Exposure::NetworkLoadBalancer,
            limits: LIMITS,
        },
    );
    let said = mistakes(&[&web, &elsewhere]);
    let line = said.lines().find(|line| line.contains("the certificate door"));
    assert_snapshot!(line.unwrap_or_default(), @"manifests-lib/tests/language/components/gateway_api.rs:N: the certificate door is in the namespace elsewhere, and its server in shop: ask for it in a bundle of shop");
}
