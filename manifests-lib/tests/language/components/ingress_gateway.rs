use insta::assert_snapshot;
use manifests_lib::model::{Bundle, Resource};
use manifests_lib::network::gateway_api::{Exposure as ApiGatewayExposure, GatewaySpec, Route};
use manifests_lib::network::mesh::{Exposure, GatewayRoute, IngressGateway, IngressGatewaySpec};
use manifests_lib::values::Name;
use manifests_lib::{host, name, node_port, port, url_path};

use crate::support::{ELSEWHERE, FRONT_DOOR, LIMITS, NODES, Shop, document, service_on};

/// A gateway that is written before the bundle that opens a port of it.
fn node_ports(opened: &IngressGateway) -> (Shop, Bundle) {
    let shop = Shop::new();
    let gateways = shop.bundle_in(&ELSEWHERE, name!("gateways"));
    gateways.ingress_gateway(IngressGatewaySpec {
        gateway: &FRONT_DOOR,
        exposure: Exposure::NodePorts,
        prometheus: &shop.prometheus(),
    });
    let app = shop.bundle().app(&NODES);
    service_on(&app, port!(50001))
        .gateway_route(GatewayRoute { gateway: opened, node_port: node_port!(30001) });
    (shop, gateways)
}

/// The gateway behind two API gateways: one leads two hosts to `web`, the other one to `mobile`.
fn behind_api_gateways() -> (Shop, Bundle, Bundle) {
    let shop = Shop::new();
    let issuer = shop.issuer();
    let gateways = shop.bundle_in(&ELSEWHERE, name!("gateways"));
    gateways.ingress_gateway(IngressGatewaySpec {
        gateway: &FRONT_DOOR,
        exposure: Exposure::ApiGateway { issuer: issuer.clone() },
        prometheus: &shop.prometheus(),
    });
    let entrance = |name: Name| {
        let gateway = shop.bundle_named(name.clone()).public_gateway(GatewaySpec {
            name,
            class: name!("example"),
            issuer: &issuer,
            replicas: 1,
            exposure: ApiGatewayExposure::NetworkLoadBalancer,
            limits: LIMITS,
        });
        gateway.into_mesh(&FRONT_DOOR)
    };
    let path = url_path!("/");
    let door = entrance(name!("door"));
    let bundle = shop.bundle();
    let web = service_on(&bundle.app(&NODES), port!(50001));
    for (name, host) in
        [(name!("www"), host!("www.example.com")), (name!("api"), host!("api.example.com"))]
    {
        let node_port = node_port!(30001);
        door.route(&web, Route { name, host, path: path.clone(), node_port });
    }
    let mobile = service_on(&shop.bundle_named(name!("mobile")).app(&NODES), port!(50002));
    let (name, host) = (name!("mobile"), host!("mobile.example.com"));
    let node_port = node_port!(30002);
    entrance(name!("side-door")).route(&mobile, Route { name, host, path, node_port });
    (shop, gateways, bundle)
}

/// The gateway's object of a kind, without its first lines, which are the same for all.
fn spec(shop: &Shop, gateways: &Bundle, kind: &str) -> String {
    let resources = shop.resources(gateways);
    let of_gateway = |resource: &&Resource| {
        let object = resource.object_ref();
        object.name == FRONT_DOOR.name.as_str() && object.kind == kind
    };
    let object = document(resources.iter().find(of_gateway).expect("an object of the gateway"));
    let (_, spec) = object.split_once("spec:\n").expect("a spec");
    spec.to_owned()
}

#[test]
fn its_service_has_the_ports_that_bundles_open() {
    let (shop, gateways) = node_ports(&FRONT_DOOR);
    assert_snapshot!(shop.objects(&gateways, &["Service"]), @"
    apiVersion: v1
    kind: Service
    metadata:
      name: front-door
      labels:
        env: test
        istio: ingress
      namespace: elsewhere
    spec:
      externalTrafficPolicy: Cluster
      ports:
      - name: http-web
        nodePort: 30001
        port: 50001
        protocol: TCP
        targetPort: 50001
      selector:
        istio: ingress
      type: NodePort
    ");
}

#[test]
fn its_node_ports_are_open_to_everybody() {
    let (shop, gateways) = node_ports(&FRONT_DOOR);
    assert_snapshot!(shop.objects(&gateways, &["NetworkPolicy"]), @"
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: front-door
      labels:
        env: test
      namespace: elsewhere
    spec:
      ingress:
      - ports:
        - port: 50001
          protocol: TCP
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
      podSelector:
        matchLabels:
          istio: ingress
      policyTypes:
      - Ingress
    ");
}

#[test]
fn what_leads_to_another_gateway_opens_nothing() {
    let other = IngressGateway { name: name!("back-door"), ..FRONT_DOOR };
    let (shop, gateways) = node_ports(&other);
    assert_snapshot!(spec(&shop, &gateways, "Service"), @"
    externalTrafficPolicy: Cluster
    ports: []
    selector:
      istio: ingress
    type: NodePort
    ");
    assert_snapshot!(spec(&shop, &gateways, "NetworkPolicy"), @"
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
    podSelector:
      matchLabels:
        istio: ingress
    policyTypes:
    - Ingress
    ");
}

#[test]
fn behind_an_api_gateway_it_has_no_node_ports() {
    let (shop, gateways, _) = behind_api_gateways();
    assert_snapshot!(spec(&shop, &gateways, "Service"), @"
    ports:
    - name: status-port
      port: 15021
      protocol: TCP
      targetPort: 15021
    - name: https-web
      port: 50001
      protocol: TCP
      targetPort: 50001
    - name: https-mobile
      port: 50002
      protocol: TCP
      targetPort: 50002
    selector:
      istio: ingress
    type: ClusterIP
    ");
}

#[test]
fn it_admits_each_api_gateway_to_the_ports_of_its_routes() {
    let (shop, gateways, _) = behind_api_gateways();
    assert_snapshot!(spec(&shop, &gateways, "NetworkPolicy"), @"
    ingress:
    - from:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: shop
        podSelector:
          matchLabels:
            gateway.networking.k8s.io/gateway-name: door
      ports:
      - port: 50001
        protocol: TCP
    - from:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: shop
        podSelector:
          matchLabels:
            gateway.networking.k8s.io/gateway-name: side-door
      ports:
      - port: 50002
        protocol: TCP
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
    podSelector:
      matchLabels:
        istio: ingress
    policyTypes:
    - Ingress
    ");
}

#[test]
fn the_api_gateway_checks_its_certificate() {
    let (shop, gateways, _) = behind_api_gateways();
    assert_snapshot!(shop.objects(&gateways, &["Certificate", "BackendTLSPolicy"]), @r#"
    apiVersion: cert-manager.io/v1
    kind: Certificate
    metadata:
      name: front-door
      labels:
        env: test
      namespace: elsewhere
    spec:
      dnsNames:
      - front-door.elsewhere.svc.cluster.local
      issuerRef:
        group: cert-manager.io
        kind: ClusterIssuer
        name: everybody
      privateKey:
        algorithm: ECDSA
        rotationPolicy: Always
        size: 256
      secretName: front-door
      usages:
      - digital signature
      - key encipherment
      - server auth
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: BackendTLSPolicy
    metadata:
      name: front-door
      labels:
        env: test
      namespace: elsewhere
    spec:
      targetRefs:
      - name: front-door
        group: ""
        kind: Service
      validation:
        caCertificateRefs:
        - name: front-door
          group: ""
          kind: Secret
        hostname: front-door.elsewhere.svc.cluster.local
    "#);
}

#[test]
fn services_take_tls_for_the_hosts_of_their_routes() {
    let (shop, _, web) = behind_api_gateways();
    assert_snapshot!(shop.part(&web, "Gateway", "/spec/servers"), @"
    - hosts:
      - api.example.com
      - www.example.com
      - front-door.elsewhere.svc.cluster.local
      port:
        name: https-web
        number: 50001
        protocol: HTTPS
      tls:
        credentialName: front-door
        mode: SIMPLE
    ");
    assert_snapshot!(shop.part(&web, "VirtualService", "/spec/hosts"), @"
    - api.example.com
    - www.example.com
    ");
}

#[test]
fn trusts_what_the_api_gateway_says_of_the_client() {
    let (shop, ..) = behind_api_gateways();
    let issuer = shop.issuer();
    assert_eq!(Exposure::NodePorts.trusted_proxies(), 0);
    assert_eq!(Exposure::ApiGateway { issuer }.trusted_proxies(), 1);
}
