//! A public gateway that leads to Services themselves, where there is no mesh.

use insta::assert_snapshot;
use manifests_lib::model::Bundle;
use manifests_lib::network::gateway_api::{
    Cors, Direct, DirectEntrance, DirectRoute, Exposure, HttpMethod, Origins, Redirect,
    RedirectStatus, RedirectTo, RouteHandle,
};
use manifests_lib::network::{Http, Service};
use manifests_lib::values::seconds;
use manifests_lib::{host, name, port, url_path};

use crate::support::{ELSEWHERE, NODES, Shop, gateway_spec, server, service};

struct Public {
    shop: Shop,
    door: Bundle,
    entrance: DirectEntrance,
}

fn public(shop: Shop) -> Public {
    let door = shop.bundle_in(&ELSEWHERE, name!("door"));
    let exposure = Exposure::NetworkLoadBalancer;
    let issuer = shop.issuer();
    let gateway = door.public_gateway(gateway_spec(&issuer, name!("door"), exposure));
    Public { shop, door, entrance: gateway.to_services() }
}

fn cart() -> DirectRoute {
    DirectRoute { name: name!("cart"), host: host!("www.example.com"), path: url_path!("/cart") }
}

impl Public {
    fn web(&self) -> Service<Http> {
        service(&self.shop.bundle().app(&NODES))
    }

    fn route(&self) -> RouteHandle<Http, Direct> {
        self.entrance.route(&self.web(), cart())
    }

    fn rules(&self) -> String {
        self.shop.part(&self.door, "HTTPRoute", "/spec/rules")
    }
}

#[test]
fn leads_to_the_service_which_admits_the_gateway() {
    let public = public(Shop::without_mesh());
    let web = public.shop.bundle();
    public.entrance.route(&service(&web.app(&NODES)), cart());
    assert_snapshot!(public.shop.objects(&public.door, &["HTTPRoute", "ReferenceGrant"]), @r#"
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
      rules:
      - backendRefs:
        - name: web-app-service
          group: ""
          kind: Service
          namespace: shop
          port: 80
          weight: 1
        matches:
        - path:
            type: PathPrefix
            value: /cart
    "#);
    assert_snapshot!(public.shop.objects(&web, &["ReferenceGrant", "NetworkPolicy"]), @r#"
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
              kubernetes.io/metadata.name: elsewhere
          podSelector:
            matchLabels:
              gateway.networking.k8s.io/gateway-name: door
        ports:
        - port: 8080
          protocol: TCP
      podSelector:
        matchLabels:
          app: web
          component: app
      policyTypes:
      - Ingress
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: ReferenceGrant
    metadata:
      name: door-web-app-service
      labels:
        env: test
      namespace: shop
    spec:
      from:
      - group: gateway.networking.k8s.io
        kind: HTTPRoute
        namespace: elsewhere
      to:
      - name: web-app-service
        group: ""
        kind: Service
    "#);
}

#[test]
fn a_service_beside_the_gateway_needs_no_grant() {
    let shop = Shop::without_mesh();
    let door = shop.bundle_named(name!("door"));
    let issuer = shop.issuer();
    let gateway =
        door.public_gateway(gateway_spec(&issuer, name!("door"), Exposure::NetworkLoadBalancer));
    let web = shop.bundle();
    gateway.to_services().route(&service(&web.app(&NODES)), cart());
    assert!(!shop.kinds(&web).contains(&"ReferenceGrant"));
    assert!(!shop.kinds(&door).contains(&"ReferenceGrant"));
}

#[test]
fn a_service_of_both_kinds_grants_both() {
    let public = public(Shop::without_mesh());
    let web = public.shop.bundle();
    let server = server(&web.app(&NODES));
    let pages = server.expose_http(port!(80));
    let calls =
        pages.and_grpc(&server.port(manifests_lib::port_name!("grpc"), port!(9000)), port!(9000));
    public.entrance.route(&pages, cart());
    let (name, host, path) = (name!("calls"), host!("grpc.example.com"), url_path!("/"));
    public.entrance.route(&calls, DirectRoute { name, host, path });
    assert_snapshot!(public.shop.part(&web, "ReferenceGrant", "/spec"), @r#"
    from:
    - group: gateway.networking.k8s.io
      kind: GRPCRoute
      namespace: elsewhere
    - group: gateway.networking.k8s.io
      kind: HTTPRoute
      namespace: elsewhere
    to:
    - name: web-app-service
      group: ""
      kind: Service
    "#);
    assert_snapshot!(public.shop.part(&public.door, "GRPCRoute", "/spec"), @r#"
    hostnames:
    - grpc.example.com
    parentRefs:
    - name: door
      group: gateway.networking.k8s.io
      kind: Gateway
      namespace: elsewhere
    rules:
    - backendRefs:
      - name: web-app-service
        group: ""
        kind: Service
        namespace: shop
        port: 9000
        weight: 1
    "#);
}

#[test]
fn options_are_those_of_every_route() {
    let public = public(Shop::without_mesh());
    let route = public.route();
    route.host(host!("shop.example.com"));
    route.rewrite(url_path!("/"));
    route.cors(Cors {
        origins: Origins::Any,
        methods: vec![HttpMethod::Get],
        headers: Vec::new(),
        credentials: false,
        max_age: seconds(600),
    });
    route.response_timeout(seconds(120));
    let next = server(&public.shop.bundle_named(name!("next")).app(&NODES)).expose_http(port!(81));
    public.entrance.share(&route, &next, 10);
    public.entrance.redirect(Redirect {
        name: name!("old"),
        host: host!("old.example.com"),
        path: url_path!("/"),
        to: RedirectTo::Host(host!("www.example.com")),
        status: RedirectStatus::Permanent,
    });
    assert_snapshot!(public.rules(), @r#"
    - backendRefs:
      - name: web-app-service
        group: ""
        kind: Service
        namespace: shop
        port: 80
        weight: 90
      - name: next-app-service
        group: ""
        kind: Service
        namespace: shop
        port: 81
        weight: 10
      filters:
      - type: URLRewrite
        urlRewrite:
          path:
            replacePrefixMatch: /
            type: ReplacePrefixMatch
      - cors:
          allowMethods:
          - GET
          allowOrigins:
          - "*"
          maxAge: 600
        type: CORS
      matches:
      - path:
          type: PathPrefix
          value: /cart
    "#);
    assert_snapshot!(public.shop.part(&public.door, "Certificate", "/spec/dnsNames"), @"
    - old.example.com
    - www.example.com
    - shop.example.com
    ");
    let built = public.shop.build();
    assert!(built.gateway_ports.is_empty());
    let grants = built.resources().filter(|it| it.object_ref().kind == "ReferenceGrant");
    assert_eq!(grants.count(), 2);
}

#[test]
fn a_share_of_everything_leaves_nothing() {
    let public = public(Shop::without_mesh());
    let route = public.route();
    let next = server(&public.shop.bundle_named(name!("next")).app(&NODES)).expose_http(port!(81));
    public.entrance.share(&route, &next, 100);
    assert_snapshot!(public.shop.mistakes(), @"manifests-lib/tests/language/components/direct_route.rs:N: the route cart gives a service no requests at all: give each of its services at least one of a hundred [unsupported-route]");
}

#[test]
fn in_a_mesh_the_service_would_refuse_the_gateway() {
    let public = public(Shop::new());
    public.route();
    assert_snapshot!(public.shop.mistakes(), @"manifests-lib/tests/language/components/direct_route.rs:N: the gateway door would lead to web-app-service itself, whose proxies admit callers by their identity in the mesh, and the gateway has none: lead through an ingress gateway of the mesh (`gateway.into_mesh(&ingress)`) [gateway-outside-mesh]");
}
