//! What a route of a public gateway may say beyond its host and path.

use insta::assert_snapshot;
use manifests_lib::model::Bundle;
use manifests_lib::network::gateway_api::{
    Cors, Exposure, HttpMethod, Origins, PublicEntrance, PublicGateway, Redirect, RedirectStatus,
    RedirectTo, Route, RouteHandle, Share,
};
use manifests_lib::network::mesh::{Exposure as MeshExposure, IngressGatewaySpec};
use manifests_lib::network::{Http, Service};
use manifests_lib::values::seconds;
use manifests_lib::{host, name, node_port, port, url_path};

use crate::support::{ELSEWHERE, FRONT_DOOR, NODES, Shop, gateway_spec, server, service};

struct Public {
    shop: Shop,
    door: Bundle,
    gateway: PublicGateway,
    entrance: PublicEntrance,
}

fn public() -> Public {
    let shop = Shop::new();
    let issuer = shop.issuer();
    let door = shop.bundle_in(&ELSEWHERE, name!("door"));
    let exposure = Exposure::NetworkLoadBalancer;
    let gateway = door.public_gateway(gateway_spec(&issuer, name!("door"), exposure));
    let entrance = gateway.into_mesh(&FRONT_DOOR);
    let prometheus = &shop.prometheus();
    let exposure = MeshExposure::ApiGateway { issuer };
    let ingress = shop.bundle_in(&ELSEWHERE, name!("ingress"));
    ingress.ingress_gateway(IngressGatewaySpec { gateway: &FRONT_DOOR, exposure, prometheus });
    Public { shop, door, gateway, entrance }
}

impl Public {
    fn web(&self) -> Service<Http> {
        service(&self.shop.bundle().app(&NODES))
    }

    fn route(&self) -> RouteHandle<Http> {
        let (name, host, path) = (name!("cart"), host!("www.example.com"), url_path!("/cart"));
        let node_port = node_port!(30001);
        self.entrance.route(&self.web(), Route { name, host, path, node_port })
    }

    fn rules(&self) -> String {
        self.shop.part(&self.door, "HTTPRoute", "/spec/rules")
    }
}

#[test]
fn hosts_and_paths_are_those_of_the_certificate_and_of_the_mesh() {
    let public = public();
    let route = public.route();
    route.host(host!("shop.example.com"));
    route.path(url_path!("/basket"));
    assert_snapshot!(public.shop.part(&public.door, "HTTPRoute", "/spec"), @r#"
    hostnames:
    - www.example.com
    - shop.example.com
    parentRefs:
    - name: door
      group: gateway.networking.k8s.io
      kind: Gateway
      namespace: elsewhere
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
          value: /cart
      - path:
          type: PathPrefix
          value: /basket
    "#);
    assert_snapshot!(public.shop.part(&public.door, "Certificate", "/spec/dnsNames"), @"
    - www.example.com
    - shop.example.com
    ");
    let built = public.shop.build();
    let mesh: Vec<_> = built
        .resources()
        .filter(|resource| resource.object_ref().name == "web-app-virtual-service")
        .map(|resource| resource.to_json().expect("finite numbers")["spec"]["hosts"].to_string())
        .collect();
    assert_eq!(mesh, [r#"["shop.example.com","www.example.com"]"#]);
}

#[test]
fn requests_are_told_apart_by_path_method_and_headers() {
    let public = public();
    let route = public.route();
    route.exact();
    route.method(HttpMethod::Post);
    route.header("X-Version", "2");
    assert_snapshot!(public.rules(), @r#"
    - backendRefs:
      - name: front-door
        group: ""
        kind: Service
        namespace: elsewhere
        port: 80
        weight: 1
      matches:
      - headers:
        - name: X-Version
          type: Exact
          value: "2"
        method: POST
        path:
          type: Exact
          value: /cart
    "#);
}

#[test]
fn a_path_is_replaced_where_it_matched() {
    let public = public();
    let route = public.route();
    route.path(url_path!("/basket"));
    route.rewrite(url_path!("/"));
    assert_snapshot!(public.rules(), @r#"
    - backendRefs:
      - name: front-door
        group: ""
        kind: Service
        namespace: elsewhere
        port: 80
        weight: 1
      filters:
      - type: URLRewrite
        urlRewrite:
          path:
            replacePrefixMatch: /
            type: ReplacePrefixMatch
      matches:
      - path:
          type: PathPrefix
          value: /cart
    - backendRefs:
      - name: front-door
        group: ""
        kind: Service
        namespace: elsewhere
        port: 80
        weight: 1
      filters:
      - type: URLRewrite
        urlRewrite:
          path:
            replacePrefixMatch: /
            type: ReplacePrefixMatch
      matches:
      - path:
          type: PathPrefix
          value: /basket
    "#);
}

#[test]
fn another_service_takes_a_share() {
    let public = public();
    let route = public.route();
    let next = server(&public.shop.bundle_named(name!("next")).app(&NODES)).expose_http(port!(81));
    let share = Share { percent: 10, node_port: node_port!(30002) };
    public.entrance.share(&route, &next, share);
    assert_snapshot!(public.rules(), @r#"
    - backendRefs:
      - name: front-door
        group: ""
        kind: Service
        namespace: elsewhere
        port: 80
        weight: 90
      - name: front-door
        group: ""
        kind: Service
        namespace: elsewhere
        port: 81
        weight: 10
      matches:
      - path:
          type: PathPrefix
          value: /cart
    "#);
    assert_eq!(public.shop.build().gateway_ports.len(), 2);
}

#[test]
fn pages_of_other_hosts_may_call() {
    let public = public();
    public.route().cors(Cors {
        origins: Origins::Hosts(vec![host!("admin.example.com")]),
        methods: vec![HttpMethod::Get, HttpMethod::Post],
        headers: vec!["Content-Type"],
        credentials: true,
        max_age: seconds(600),
    });
    assert_snapshot!(public.rules(), @r#"
    - backendRefs:
      - name: front-door
        group: ""
        kind: Service
        namespace: elsewhere
        port: 80
        weight: 1
      filters:
      - cors:
          allowCredentials: true
          allowHeaders:
          - Content-Type
          allowMethods:
          - GET
          - POST
          allowOrigins:
          - https://admin.example.com
          maxAge: 600
        type: CORS
      matches:
      - path:
          type: PathPrefix
          value: /cart
    "#);
}

#[test]
fn a_route_waits_as_long_as_it_says() {
    let public = public();
    public.route().response_timeout(seconds(120));
    let policies = public.shop.objects(&public.door, &["ProxySettingsPolicy"]);
    let (_, of_gateway) = policies.split_once("---\n").expect("two policies");
    assert_snapshot!(of_gateway, @"
    apiVersion: gateway.nginx.org/v1alpha1
    kind: ProxySettingsPolicy
    metadata:
      name: cart
      labels:
        env: test
      namespace: elsewhere
    spec:
      targetRefs:
      - name: cart
        group: gateway.networking.k8s.io
        kind: HTTPRoute
      timeout:
        read: 120s
        send: 120s
    ");
}

#[test]
fn a_redirect_has_no_service() {
    let public = public();
    public.entrance.redirect(Redirect {
        name: name!("basket"),
        host: host!("www.example.com"),
        path: url_path!("/basket"),
        to: RedirectTo::Below(url_path!("/cart")),
        status: RedirectStatus::Temporary,
    });
    assert_snapshot!(public.shop.part(&public.door, "HTTPRoute", "/spec"), @"
    hostnames:
    - www.example.com
    parentRefs:
    - name: door
      group: gateway.networking.k8s.io
      kind: Gateway
      namespace: elsewhere
    rules:
    - filters:
      - requestRedirect:
          path:
            replacePrefixMatch: /cart
            type: ReplacePrefixMatch
          scheme: https
          statusCode: 302
        type: RequestRedirect
      matches:
      - path:
          type: PathPrefix
          value: /basket
    ");
}

#[test]
fn the_host_of_a_redirect_is_one_of_the_certificate() {
    let public = public();
    public.entrance.redirect(Redirect {
        name: name!("old"),
        host: host!("old.example.com"),
        path: url_path!("/"),
        to: RedirectTo::Host(host!("www.example.com")),
        status: RedirectStatus::Permanent,
    });
    public.route();
    assert_snapshot!(public.rules(), @"
    - filters:
      - requestRedirect:
          hostname: www.example.com
          scheme: https
          statusCode: 301
        type: RequestRedirect
      matches:
      - path:
          type: PathPrefix
          value: /
    ");
    assert_snapshot!(public.shop.part(&public.door, "Certificate", "/spec/dnsNames"), @"
    - old.example.com
    - www.example.com
    ");
}

#[test]
fn plain_text_is_sent_to_https_and_nothing_else_answers_there() {
    let public = public();
    public.route();
    public.gateway.redirect_plain_text();
    assert_snapshot!(public.shop.part(&public.door, "Gateway", "/spec/listeners"), @r#"
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
    - name: http
      allowedRoutes:
        namespaces:
          from: Same
      port: 80
      protocol: HTTP
    "#);
    assert_snapshot!(public.shop.objects(&public.door, &["HTTPRoute"]), @r#"
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata:
      name: cart
      labels:
        env: test
      namespace: elsewhere
    spec:
      hostnames:
      - www.example.com
      parentRefs:
      - name: door
        group: gateway.networking.k8s.io
        kind: Gateway
        namespace: elsewhere
        sectionName: https
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
            value: /cart
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata:
      name: door-to-https
      labels:
        env: test
      namespace: elsewhere
    spec:
      parentRefs:
      - name: door
        group: gateway.networking.k8s.io
        kind: Gateway
        namespace: elsewhere
        sectionName: http
      rules:
      - filters:
        - requestRedirect:
            scheme: https
            statusCode: 301
          type: RequestRedirect
        matches:
        - path:
            type: PathPrefix
            value: /
    "#);
    assert_snapshot!(public.shop.part(&public.door, "NetworkPolicy", "/spec/ingress"), @"
    - ports:
      - port: 443
        protocol: TCP
      - port: 80
        protocol: TCP
    ");
}

#[test]
fn calls_of_grpc_have_a_route_of_their_own() {
    let public = public();
    let cart = server(&public.shop.bundle().app(&NODES)).expose_grpc(port!(7070));
    let route = public.entrance.route(
        &cart,
        Route {
            name: name!("cart"),
            host: host!("grpc.example.com"),
            path: url_path!("/shop.Cart/AddItem"),
            node_port: node_port!(30001),
        },
    );
    route.path(url_path!("/shop.Cart/GetCart"));
    assert_snapshot!(public.shop.objects(&public.door, &["GRPCRoute", "ReferenceGrant"]), @r#"
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
        kind: GRPCRoute
        namespace: elsewhere
      to:
      - name: front-door
        group: ""
        kind: Service
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: GRPCRoute
    metadata:
      name: cart
      labels:
        env: test
      namespace: elsewhere
    spec:
      hostnames:
      - grpc.example.com
      parentRefs:
      - name: door
        group: gateway.networking.k8s.io
        kind: Gateway
        namespace: elsewhere
      rules:
      - backendRefs:
        - name: front-door
          group: ""
          kind: Service
          namespace: elsewhere
          port: 7070
          weight: 1
        matches:
        - method:
            method: AddItem
            service: shop.Cart
            type: Exact
        - method:
            method: GetCart
            service: shop.Cart
            type: Exact
    "#);
}

#[test]
fn a_route_of_all_calls_matches_none_by_name() {
    let public = public();
    let cart = server(&public.shop.bundle().app(&NODES)).expose_grpc(port!(7070));
    let (name, host, path) = (name!("cart"), host!("grpc.example.com"), url_path!("/"));
    let node_port = node_port!(30001);
    public.entrance.route(&cart, Route { name, host, path, node_port });
    assert_snapshot!(public.shop.part(&public.door, "GRPCRoute", "/spec/rules"), @r#"
    - backendRefs:
      - name: front-door
        group: ""
        kind: Service
        namespace: elsewhere
        port: 7070
        weight: 1
    "#);
}
