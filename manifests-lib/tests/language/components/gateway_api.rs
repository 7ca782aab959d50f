use insta::assert_snapshot;
use manifests_lib::model::{Bundle, Namespace};
use manifests_lib::network::gateway_api::{
    Exposure, GatewaySpec, InternalAccess, Limits, PublicEntrance, PublicGateway, Route,
    ServingCertificate,
};
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::network::{Issuer, ToolPort, ToolService};
use manifests_lib::observability::{Scheme, WebUiRequests, WebUiSpec};
use manifests_lib::values::{Host, Name, NodePort, Port, UrlPath, mebibytes, seconds};
use manifests_lib::{host, name, node_port, port, url_path};

use crate::support::{
    ELSEWHERE, FRONT_DOOR, LIMITS, NODES, Shop, gateway_spec, service, service_on,
};

const LOAD_BALANCER: Exposure = Exposure::NetworkLoadBalancer;

/// The bundle `door` with a gateway that everybody reaches.
fn public(shop: &Shop, exposure: Exposure) -> (Bundle, PublicGateway) {
    let issuer = shop.issuer();
    let door = shop.bundle_named(name!("door"));
    let gateway = door.public_gateway(gateway_spec(&issuer, name!("door"), exposure));
    (door, gateway)
}

/// The bundle `back-door` with a gateway for web UIs.
fn internal(shop: &Shop) -> (Bundle, InternalAccess) {
    let issuer = shop.issuer();
    let door = shop.bundle_named(name!("back-door"));
    let spec = gateway_spec(&issuer, name!("back-door"), LOAD_BALANCER);
    let gateway = door.internal_gateway(spec, host!("internal.example.com"));
    (door, gateway)
}

fn route(name: Name, path: UrlPath, node_port: NodePort) -> Route {
    Route { name, host: host!("www.example.com"), path, node_port }
}

/// A service of the bundle `web` behind a gateway.
fn route_web(shop: &Shop, entrance: &PublicEntrance) {
    let web = service(&shop.bundle().app(&NODES));
    entrance.route(&web, route(name!("all"), url_path!("/"), node_port!(30001)));
}

/// A port of a tool in a bundle of this name.
fn tool(shop: &Shop, namespace: &Namespace, name: Name) -> (Bundle, ToolPort) {
    let bundle = shop.bundle_in(namespace, name);
    let pods = bundle.tool_pods(&APP_NAME, bundle.name());
    let service =
        ToolService { name: name!("charts-server"), port: port!(3000), target_port: port!(3001) };
    let port = pods.port(service);
    (bundle, port)
}

fn charts(port: &ToolPort) -> WebUiSpec<'_> {
    WebUiSpec { name: name!("charts"), port, requests: WebUiRequests::All, local_port: port!(8080) }
}

#[test]
fn a_page_is_found_behind_the_gateway_or_at_a_forwarded_port() {
    let shop = Shop::new();
    let (_, internal) = internal(&shop);
    let (_, port) = tool(&shop, &ELSEWHERE, name!("charts"));
    let behind_the_gateway = internal.web_ui(charts(&port));
    assert_eq!(behind_the_gateway.url(), "https://charts.internal.example.com");
    assert_eq!(behind_the_gateway.host(), Some(&host!("charts.internal.example.com")));
    let forwarded = InternalAccess::by_forwarding_ports().web_ui(charts(&port));
    assert_eq!((forwarded.url(), forwarded.host()), ("http://localhost:8080".to_owned(), None));
}

#[test]
fn it_listens_for_https_and_its_pods_are_not_evicted_together() {
    let shop = Shop::new();
    let (door, gateway) = public(&shop, Exposure::NodePort(node_port!(30443)));
    route_web(&shop, &gateway.into_mesh(&FRONT_DOOR));
    assert_snapshot!(shop.objects(&door, &["Gateway", "PodDisruptionBudget"]), @r#"
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
      unhealthyPodEvictionPolicy: IfHealthyBudget
    "#);
}

#[test]
fn it_limits_every_client() {
    let shop = Shop::new();
    let (door, gateway) = public(&shop, Exposure::NodePort(node_port!(30443)));
    route_web(&shop, &gateway.into_mesh(&FRONT_DOOR));
    let kinds = ["RateLimitPolicy", "ClientSettingsPolicy", "ProxySettingsPolicy"];
    assert_snapshot!(shop.objects(&door, &kinds), @"
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
    ");
}

#[test]
fn load_balancers_differ_by_visibility() {
    let shop = Shop::new();
    let (door, gateway) = public(&shop, LOAD_BALANCER);
    route_web(&shop, &gateway.into_mesh(&FRONT_DOOR));
    assert_snapshot!(shop.part(&door, "Gateway", "/spec"), @r#"
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
    "#);
    let shop = Shop::new();
    let (back_door, _) = internal(&shop);
    assert_snapshot!(shop.part(&back_door, "Gateway", "/spec"), @r#"
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
          from: Same
      port: 443
      protocol: HTTPS
      tls:
        certificateRefs:
        - name: back-door
          group: ""
          kind: Secret
        mode: Terminate
    "#);
}

#[test]
fn routes_lead_to_the_gateway_of_the_mesh() {
    let shop = Shop::new();
    let (door, gateway) = public(&shop, LOAD_BALANCER);
    let entrance = gateway.into_mesh(&FRONT_DOOR);
    let orders = service_on(&shop.bundle_named(name!("orders")).app(&NODES), port!(50001));
    entrance.route(&orders, route(name!("orders"), url_path!("/orders"), node_port!(30002)));
    route_web(&shop, &entrance);
    assert_snapshot!(shop.objects(&door, &["HTTPRoute", "ReferenceGrant"]), @r#"
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
    ---
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
          port: 50001
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
    "#);
}

#[test]
fn a_page_in_plain_text_has_a_route() {
    let shop = Shop::new();
    let (_, internal) = internal(&shop);
    let (web, port) = tool(&shop, &ELSEWHERE, name!("charts"));
    internal.web_ui(charts(&port));
    assert_snapshot!(shop.objects(&web, &["HTTPRoute", "BackendTLSPolicy"]), @r#"
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

/// The requests that the gateway leads to a page.
fn led_to_a_page(requests: WebUiRequests) -> String {
    let shop = Shop::new();
    let (_, internal) = internal(&shop);
    let (web, port) = tool(&shop, &ELSEWHERE, name!("charts"));
    internal.web_ui(WebUiSpec { requests, ..charts(&port) });
    shop.part(&web, "HTTPRoute", "/spec/rules/0/matches")
}

#[test]
fn a_page_without_a_login_is_only_read() {
    assert_snapshot!(led_to_a_page(WebUiRequests::Reads), @"
    - method: GET
      path:
        type: PathPrefix
        value: /
    ");
}

#[test]
fn a_page_without_a_login_takes_long_queries_below_a_path() {
    assert_snapshot!(
        led_to_a_page(WebUiRequests::ReadsAndQueries(url_path!("/api/v1"))),
        @"
    - method: GET
      path:
        type: PathPrefix
        value: /
    - method: POST
      path:
        type: PathPrefix
        value: /api/v1
    "
    );
}

#[test]
fn the_certificate_of_a_page_is_checked() {
    let shop = Shop::new();
    let (_, internal) = internal(&shop);
    let (web, port) = tool(&shop, &ELSEWHERE, name!("charts"));
    let tools = shop.bundle_named(name!("tools"));
    let tools = tools.host_issuer(name!("tools"), &Issuer::SelfSigned);
    let certificate = ServingCertificate { secret: name!("tls"), issuer: &tools };
    let web_ui = internal.https_web_ui(charts(&port), &certificate);
    assert_eq!(web_ui.url(), "https://charts.internal.example.com");
    assert_snapshot!(shop.part(&web, "Certificate", "/spec/dnsNames"), @"- charts-server.elsewhere.svc.cluster.local");
    assert_snapshot!(shop.objects(&web, &["BackendTLSPolicy"]), @r#"
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
fn without_a_gateway_a_tool_makes_its_own_certificate() {
    let shop = Shop::new();
    let (web, port) = tool(&shop, &ELSEWHERE, name!("charts"));
    let certificate = ServingCertificate { secret: name!("tls"), issuer: &shop.issuer() };
    let web_ui = InternalAccess::by_forwarding_ports().https_web_ui(charts(&port), &certificate);
    assert_eq!(web_ui.url(), "https://localhost:8080");
    assert_eq!(shop.kinds(&web), ["NetworkPolicy"]);
}

#[test]
fn pages_are_listed_in_the_order_of_the_platform() {
    let shop = Shop::new();
    let (_, internal) = internal(&shop);
    let (_, port) = tool(&shop, &ELSEWHERE, name!("charts"));
    internal.web_ui(charts(&port));
    let [web_ui] = shop.build().web_uis.try_into().expect("one page");
    assert_eq!(
        (web_ui.scheme, web_ui.service.address()),
        (Scheme::Http, "charts-server.elsewhere.svc.cluster.local:3000".to_owned())
    );
}

#[test]
fn the_pods_of_a_page_admit_the_gateway() {
    let shop = Shop::new();
    let (_, internal) = internal(&shop);
    let (web, port) = tool(&shop, &ELSEWHERE, name!("charts"));
    internal.web_ui(charts(&port));
    assert_snapshot!(shop.part(&web, "NetworkPolicy", "/spec/ingress"), @"
    - from:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: shop
        podSelector:
          matchLabels:
            gateway.networking.k8s.io/gateway-name: back-door
      ports:
      - port: 3001
        protocol: TCP
    ");
}

#[test]
fn it_takes_routes_of_the_namespaces_that_have_pages_in_the_order_of_their_bundles() {
    let namespaces = |bundles: [(Namespace, Name, Port); 3]| {
        let shop = Shop::new();
        let (door, internal) = internal(&shop);
        for (namespace, name, local_port) in bundles {
            let (_, port) = tool(&shop, &namespace, name.clone());
            internal.web_ui(WebUiSpec {
                name,
                port: &port,
                requests: WebUiRequests::All,
                local_port,
            });
        }
        shop.part(&door, "Gateway", "/spec/listeners/0/allowedRoutes/namespaces")
    };
    let monitoring = Namespace::new(name!("monitoring"));
    let [first, second, third] = [
        (monitoring, name!("alerts"), port!(8080)),
        (ELSEWHERE, name!("charts"), port!(8081)),
        (ELSEWHERE, name!("traces"), port!(8082)),
    ];
    let in_order = namespaces([first.clone(), second.clone(), third.clone()]);
    assert_snapshot!(in_order, @"
    from: Selector
    selector:
      matchExpressions:
      - key: kubernetes.io/metadata.name
        operator: In
        values:
        - shop
        - monitoring
        - elsewhere
    ");
    assert_eq!(namespaces([third, second, first]), in_order);
}

#[test]
fn its_certificate_is_for_every_routed_host_in_the_order_of_the_bundles() {
    let hosts = |bundles: [(Name, Host); 3]| {
        let shop = Shop::new();
        let (door, gateway) = public(&shop, LOAD_BALANCER);
        let entrance = gateway.into_mesh(&FRONT_DOOR);
        for (number, (bundle, host)) in bundles.into_iter().enumerate() {
            let name = bundle.clone();
            let port = [port!(50001), port!(50002), port!(50003)][number];
            let node_port = [node_port!(30001), node_port!(30002), node_port!(30003)][number];
            let path = if name == name!("orders") { url_path!("/orders") } else { url_path!("/") };
            let service = service_on(&shop.bundle_named(bundle).app(&NODES), port);
            entrance.route(&service, Route { name, host, path, node_port });
        }
        shop.part(&door, "Certificate", "/spec/dnsNames")
    };
    let [first, second, third] = [
        (name!("mobile"), host!("api.example.com")),
        (name!("orders"), host!("api.example.com")),
        (name!("web"), host!("www.example.com")),
    ];
    let in_order = hosts([first.clone(), second.clone(), third.clone()]);
    assert_snapshot!(in_order, @"
    - api.example.com
    - www.example.com
    ");
    assert_eq!(hosts([third, second, first]), in_order);
}

#[test]
fn limits_that_nginx_refuses_are_refused() {
    let shop = Shop::new();
    let issuer = shop.issuer();
    let gateway = shop.bundle_named(name!("door")).public_gateway(GatewaySpec {
        limits: Limits {
            requests_per_second: 0,
            max_body_size: mebibytes(0),
            response_timeout: seconds(10_000),
            ..LIMITS
        },
        ..gateway_spec(&issuer, name!("door"), LOAD_BALANCER)
    });
    route_web(&shop, &gateway.into_mesh(&FRONT_DOOR));
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/gateway_api.rs:N: the gateway door admits no request in a second, and NGINX refuses such a rate: give it one at least [limit-out-of-range]
    manifests-lib/tests/language/components/gateway_api.rs:N: the gateway door takes bodies of 0 MiB; NGINX reads 0 as no limit, and its policy is refused above 9999: choose a size between [limit-out-of-range]
    manifests-lib/tests/language/components/gateway_api.rs:N: the gateway door waits for less than a second or more than 9999, which its policies refuse: choose a time between [limit-out-of-range]
    ");
}

#[test]
fn its_node_port_is_one_of_the_platform() {
    let shop = Shop::new();
    let (_, gateway) = public(&shop, Exposure::NodePort(node_port!(30443)));
    route_web(&shop, &gateway.into_mesh(&FRONT_DOOR));
    let [port] = shop.build().node_ports.try_into().expect("one port");
    assert_eq!((port.gateway, port.port), (name!("door"), node_port!(30443)));
}

#[test]
fn a_node_port_that_a_service_has_is_refused() {
    let shop = Shop::new();
    let (_, gateway) = public(&shop, Exposure::NodePort(node_port!(30001)));
    route_web(&shop, &gateway.into_mesh(&FRONT_DOOR));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/gateway_api.rs:N: node port 30001 is opened twice: the API server would refuse it; choose another number (see also manifests-lib/tests/language/components/gateway_api.rs:N) [duplicate-node-port]");
}

#[test]
fn a_public_gateway_without_a_route_is_refused() {
    let shop = Shop::new();
    let _ = public(&shop, LOAD_BALANCER);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/gateway_api.rs:N: the gateway door leads to no service, and its certificate would be for no host: route a service, or remove it [gateway-without-routes]");
}

#[test]
fn two_routes_for_one_host_and_path_are_refused() {
    let shop = Shop::new();
    let (_, gateway) = public(&shop, LOAD_BALANCER);
    let entrance = gateway.into_mesh(&FRONT_DOOR);
    route_web(&shop, &entrance);
    let mobile = service_on(&shop.bundle_named(name!("mobile")).app(&NODES), port!(81));
    entrance.route(&mobile, route(name!("mobile"), url_path!("/"), node_port!(30002)));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/gateway_api.rs:N: https://www.example.com/ leads to two services, of which the gateway door would choose one: give one another host or path (see also manifests-lib/tests/language/components/gateway_api.rs:N) [duplicate-route]");
}

#[test]
fn several_urls_of_a_service_share_its_port_of_the_mesh() {
    let shop = Shop::new();
    let (_, gateway) = public(&shop, LOAD_BALANCER);
    let entrance = gateway.into_mesh(&FRONT_DOOR);
    let bundle = shop.bundle();
    let web = service(&bundle.app(&NODES));
    entrance.route(&web, route(name!("shop"), url_path!("/shop"), node_port!(30001)));
    entrance.route(&web, route(name!("blog"), url_path!("/blog"), node_port!(30001)));
    let kinds = shop.kinds(&bundle);
    for kind in ["Gateway", "VirtualService", "DestinationRule"] {
        assert_eq!(kinds.iter().filter(|other| **other == kind).count(), 1, "{kind}: {kinds:?}");
    }
}
