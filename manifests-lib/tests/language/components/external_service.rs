//! Hosts outside: through the egress gateway and straight, of one port and several, of one caller and several.

use insta::assert_snapshot;
use manifests_lib::model::Bundle;
use manifests_lib::network::mesh::{
    EgressGateway, EgressGatewaySpec, ExternalService, ExternalServiceHandle, OutsideProtocol, Way,
};
use manifests_lib::network::{Http, Tcp, Tls};
use manifests_lib::values::{Host, Port};
use manifests_lib::{cidr, host, name, port};

use crate::support::{ELSEWHERE, NODES, Shop, server};

const BACK_DOOR: EgressGateway =
    EgressGateway { name: name!("back-door"), namespace: ELSEWHERE, selector: name!("egress") };

const GATEWAY: Way<'_> = Way::Through(&BACK_DOOR);

fn payments(web: &Bundle) -> ExternalServiceHandle<Tls> {
    web.app(&NODES).external_service(ExternalService {
        host: host!("api.stripe.com"),
        port: port!(443),
        protocol: Tls,
        way: GATEWAY,
    })
}

/// A platform with the gateway.
fn shop() -> (Shop, Bundle) {
    let shop = Shop::new();
    let doors = shop.bundle_in(&ELSEWHERE, name!("doors"));
    let prometheus = shop.prometheus();
    doors.egress_gateway(EgressGatewaySpec { gateway: &BACK_DOOR, prometheus: &prometheus });
    (shop, doors)
}

/// Whom the gateway admits, and to which names.
fn admitted(shop: &Shop, doors: &Bundle) -> String {
    let policies = shop.resources(doors).into_iter().filter_map(|resource| {
        let policy = resource.to_json().expect("finite numbers");
        let rule = policy.pointer("/spec/rules/0")?;
        let texts = |pointer| {
            let texts = rule.pointer(pointer)?.as_array()?.iter();
            Some(texts.filter_map(|text| text.as_str()).collect::<Vec<_>>().join(", "))
        };
        let principals = texts("/from/0/source/principals")?;
        Some(format!("{principals}: {}", texts("/when/0/values")?))
    });
    policies.collect::<Vec<_>>().join("\n")
}

#[test]
fn https_is_sent_to_the_gateway_as_the_program_wrote_it() {
    let (shop, _) = shop();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let stripe = payments(&web);
    server(&app).env([app.calls(&stripe).url("STRIPE")]);
    assert_snapshot!(shop.container_part(&web, "/env"), @"
    - name: STRIPE
      value: https://api.stripe.com:443
    ");
    assert_snapshot!(shop.objects(&web, &["ServiceEntry", "VirtualService"]), @"
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata:
      name: web-app-api-stripe-com-service-entry
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      exportTo:
      - .
      - elsewhere
      hosts:
      - api.stripe.com
      location: MESH_EXTERNAL
      ports:
      - name: tls-443
        number: 443
        protocol: TLS
      resolution: DNS
    ---
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata:
      name: web-app-api-stripe-com-virtual-service
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      exportTo:
      - .
      - elsewhere
      gateways:
      - web-app-api-stripe-com-gateway
      - mesh
      hosts:
      - api.stripe.com
      tcp:
      - match:
        - gateways:
          - web-app-api-stripe-com-gateway
          port: 443
        route:
        - destination:
            host: api.stripe.com
            port:
              number: 443
      tls:
      - match:
        - gateways:
          - mesh
          port: 443
          sniHosts:
          - api.stripe.com
        route:
        - destination:
            host: back-door.elsewhere.svc.cluster.local
            port:
              number: 443
            subset: api-stripe-com
    ");
}

#[test]
fn between_sidecar_and_gateway_is_mutual_tls_around_that_of_the_program() {
    let (shop, doors) = shop();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let stripe = payments(&web);
    server(&app).env([app.calls(&stripe).url("STRIPE")]);
    assert_snapshot!(shop.objects(&web, &["Gateway", "DestinationRule"]), @"
    apiVersion: networking.istio.io/v1
    kind: Gateway
    metadata:
      name: web-app-api-stripe-com-gateway
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      selector:
        istio: egress
      servers:
      - hosts:
        - api.stripe.com
        port:
          name: tls-web
          number: 443
          protocol: TLS
        tls:
          mode: ISTIO_MUTUAL
    ---
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata:
      name: web-app-api-stripe-com-destination-rule
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      exportTo:
      - .
      host: back-door.elsewhere.svc.cluster.local
      subsets:
      - name: api-stripe-com
        trafficPolicy:
          portLevelSettings:
          - port:
              number: 443
            tls:
              mode: ISTIO_MUTUAL
              sni: api.stripe.com
    ");
    assert_snapshot!(admitted(&shop, &doors), @"cluster.local/ns/shop/sa/web-app-service-account: api.stripe.com");
}

#[test]
fn each_caller_has_its_own_hosts_and_all_have_one_route() {
    let (shop, doors) = shop();
    let web = shop.bundle();
    let stripe = payments(&web);
    let worker = shop.bundle_named(name!("worker")).app(&NODES);
    let far = shop.bundle_in(&ELSEWHERE, name!("far")).app(&NODES);
    let hooks = worker.external_service(ExternalService {
        host: host!("hooks.slack.com"),
        port: port!(443),
        protocol: Tls,
        way: GATEWAY,
    });
    server(&worker).env([worker.calls(&stripe).url("STRIPE"), worker.calls(&hooks).url("SLACK")]);
    server(&far).env([far.calls(&stripe).host("STRIPE")]);
    assert_snapshot!(admitted(&shop, &doors), @"
    cluster.local/ns/elsewhere/sa/far-app-service-account: api.stripe.com
    cluster.local/ns/shop/sa/worker-app-service-account: api.stripe.com, hooks.slack.com
    ");
    assert_snapshot!(shop.part(&web, "ServiceEntry", "/spec/exportTo"), @"
    - .
    - elsewhere
    ");
    assert_snapshot!(shop.part(&web, "VirtualService", "/spec/exportTo"), @"
    - .
    - elsewhere
    ");
    assert_snapshot!(shop.objects(&web, &["DestinationRule"]), @"
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata:
      name: web-app-api-stripe-com-destination-rule
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      exportTo:
      - .
      host: back-door.elsewhere.svc.cluster.local
      subsets:
      - name: api-stripe-com
        trafficPolicy:
          portLevelSettings:
          - port:
              number: 443
            tls:
              mode: ISTIO_MUTUAL
              sni: api.stripe.com
    ---
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata:
      name: web-app-api-stripe-com-destination-rule
      labels:
        app: web
        component: app
        env: test
      namespace: elsewhere
    spec:
      exportTo:
      - .
      host: back-door.elsewhere.svc.cluster.local
      subsets:
      - name: api-stripe-com
        trafficPolicy:
          portLevelSettings:
          - port:
              number: 443
            tls:
              mode: ISTIO_MUTUAL
              sni: api.stripe.com
    ");
}

/// A host of three ports and three protocols.
fn files() -> (Shop, Bundle, Bundle) {
    let (shop, doors) = shop();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let plain = app.external_service(ExternalService {
        host: host!("files.example.com"),
        port: port!(80),
        protocol: Http,
        way: GATEWAY,
    });
    let secure = plain.another_port(port!(443), Tls);
    let raw = plain.another_port(port!(9000), Tcp);
    server(&app).env([
        app.calls(&plain).url("PLAIN"),
        app.calls(&secure).url("SECURE"),
        app.calls(&raw).address("RAW"),
    ]);
    (shop, web, doors)
}

#[test]
fn ports_of_one_host_share_its_entry_and_its_route() {
    let (shop, web, doors) = files();
    assert_snapshot!(shop.part(&web, "ServiceEntry", "/spec"), @"
    exportTo:
    - .
    - elsewhere
    hosts:
    - files.example.com
    location: MESH_EXTERNAL
    ports:
    - name: http-80
      number: 80
      protocol: HTTP
    - name: tls-443
      number: 443
      protocol: TLS
    - name: tcp-9000
      number: 9000
      protocol: TCP
    resolution: DNS
    ");
    assert_snapshot!(shop.part(&web, "VirtualService", "/spec"), @"
    exportTo:
    - .
    - elsewhere
    gateways:
    - web-app-files-example-com-gateway
    - web-app-files-example-com-443-gateway
    - web-app-files-example-com-9000-gateway
    - mesh
    hosts:
    - files.example.com
    - port-443.files.example.com
    - port-9000.files.example.com
    http:
    - match:
      - gateways:
        - mesh
        port: 80
      route:
      - destination:
          host: back-door.elsewhere.svc.cluster.local
          port:
            number: 443
          subset: files-example-com
    - match:
      - gateways:
        - web-app-files-example-com-gateway
        port: 443
      route:
      - destination:
          host: files.example.com
          port:
            number: 80
    tcp:
    - match:
      - gateways:
        - web-app-files-example-com-443-gateway
        port: 443
      route:
      - destination:
          host: files.example.com
          port:
            number: 443
    - match:
      - gateways:
        - mesh
        port: 9000
      route:
      - destination:
          host: back-door.elsewhere.svc.cluster.local
          port:
            number: 443
          subset: files-example-com-9000
    - match:
      - gateways:
        - web-app-files-example-com-9000-gateway
        port: 443
      route:
      - destination:
          host: files.example.com
          port:
            number: 9000
    tls:
    - match:
      - gateways:
        - mesh
        port: 443
        sniHosts:
        - files.example.com
      route:
      - destination:
          host: back-door.elsewhere.svc.cluster.local
          port:
            number: 443
          subset: files-example-com-443
    ");
    assert_snapshot!(admitted(&shop, &doors), @"cluster.local/ns/shop/sa/web-app-service-account: files.example.com, port-443.files.example.com, port-9000.files.example.com");
}

#[test]
fn each_port_is_asked_for_by_a_name_of_its_own() {
    let (shop, web, _) = files();
    let names = shop.resources(&web).into_iter().filter_map(|resource| {
        let object = resource.to_json().expect("finite numbers");
        let hosts = object.pointer("/spec/servers/0/hosts")?.clone();
        Some(format!("{}: {hosts}", resource.object_ref().name))
    });
    assert_snapshot!(names.collect::<Vec<_>>().join("\n"), @r#"
    web-app-files-example-com-gateway: ["files.example.com"]
    web-app-files-example-com-443-gateway: ["port-443.files.example.com"]
    web-app-files-example-com-9000-gateway: ["port-9000.files.example.com"]
    "#);
    assert_snapshot!(shop.part(&web, "DestinationRule", "/spec/subsets"), @"
    - name: files-example-com
      trafficPolicy:
        portLevelSettings:
        - port:
            number: 443
          tls:
            mode: ISTIO_MUTUAL
            sni: files.example.com
    - name: files-example-com-443
      trafficPolicy:
        portLevelSettings:
        - port:
            number: 443
          tls:
            mode: ISTIO_MUTUAL
            sni: port-443.files.example.com
    - name: files-example-com-9000
      trafficPolicy:
        portLevelSettings:
        - port:
            number: 443
          tls:
            mode: ISTIO_MUTUAL
            sni: port-9000.files.example.com
    ");
}

#[test]
fn a_straight_way_is_open_to_addresses() {
    let shop = Shop::new();
    shop.bundle_named(name!("shared")).deny_by_default(&shop.prometheus());
    let web = shop.bundle();
    let app = web.app(&NODES);
    let partner = app.external_service(ExternalService {
        host: host!("partner.example.com"),
        port: port!(8443),
        protocol: Tls,
        way: Way::To(&[cidr!("198.51.100.0/24"), cidr!("203.0.113.7/32")]),
    });
    server(&app).env([app.calls(&partner).url("PARTNER")]);
    assert_snapshot!(shop.objects(&web, &["ServiceEntry", "NetworkPolicy", "Sidecar"]), @"
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata:
      name: web-app-partner-example-com-service-entry
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      exportTo:
      - .
      hosts:
      - partner.example.com
      location: MESH_EXTERNAL
      ports:
      - name: tls-8443
        number: 8443
        protocol: TLS
      resolution: DNS
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web-app-egress-network-policy
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      egress:
      - ports:
        - port: 53
          protocol: UDP
        - port: 53
          protocol: TCP
        to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
          podSelector:
            matchLabels:
              k8s-app: kube-dns
      - ports:
        - port: 8443
          protocol: TCP
        to:
        - ipBlock:
            cidr: 198.51.100.0/24
      - ports:
        - port: 8443
          protocol: TCP
        to:
        - ipBlock:
            cidr: 203.0.113.7/32
      podSelector:
        matchLabels:
          app: web
          component: app
      policyTypes:
      - Egress
    ---
    apiVersion: networking.istio.io/v1
    kind: Sidecar
    metadata:
      name: web-app-sidecar
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      egress:
      - hosts:
        - ./partner.example.com
      workloadSelector:
        labels:
          app: web
          component: app
    ");
    let kinds = ["ServiceEntry", "Deployment", "ServiceAccount", "NetworkPolicy", "Sidecar"];
    assert_eq!(shop.kinds(&web), kinds);
}

/// Members of a cluster outside.
fn members<P: OutsideProtocol + Copy>(
    bundle: &Bundle,
    hosts: [Host; 2],
    port: Port,
    protocol: P,
) -> [ExternalServiceHandle<P>; 2] {
    let app = bundle.app(&NODES);
    hosts.map(|host| app.external_service(ExternalService { host, port, protocol, way: GATEWAY }))
}

#[test]
fn mongodb_is_a_list_of_members() {
    let (shop, doors) = shop();
    shop.bundle_named(name!("shared")).capture_dns();
    let hosts = [host!("mongo-0.data.example.com"), host!("mongo-1.data.example.com")];
    let cluster = shop.bundle_named(name!("mongodb"));
    let mongodb = members(&cluster, hosts, port!(27017), Tcp);
    let carts = shop.bundle_named(name!("carts"));
    let app = carts.app(&NODES);
    server(&app).env([app.calls_all(&mongodb).addresses("MONGO_SEEDS")]);
    assert_snapshot!(shop.container_part(&carts, "/env"), @"
    - name: MONGO_SEEDS
      value: mongo-0.data.example.com:27017,mongo-1.data.example.com:27017
    ");
    assert_snapshot!(shop.part(&cluster, "VirtualService", "/spec"), @"
    exportTo:
    - .
    - elsewhere
    gateways:
    - mongodb-app-mongo-0-data-example-com-gateway
    - mesh
    hosts:
    - mongo-0.data.example.com
    tcp:
    - match:
      - gateways:
        - mesh
        port: 27017
      route:
      - destination:
          host: back-door.elsewhere.svc.cluster.local
          port:
            number: 443
          subset: mongo-0-data-example-com
    - match:
      - gateways:
        - mongodb-app-mongo-0-data-example-com-gateway
        port: 443
      route:
      - destination:
          host: mongo-0.data.example.com
          port:
            number: 27017
    ");
    assert_snapshot!(admitted(&shop, &doors), @"cluster.local/ns/shop/sa/carts-app-service-account: mongo-0.data.example.com, mongo-1.data.example.com");
}

#[test]
fn kafka_is_a_list_of_brokers() {
    let (shop, doors) = shop();
    let hosts = [host!("b-1.kafka.example.com"), host!("b-2.kafka.example.com")];
    let cluster = shop.bundle_named(name!("kafka"));
    let kafka = members(&cluster, hosts, port!(9094), Tls);
    let checkout = shop.bundle_named(name!("checkout"));
    let app = checkout.app(&NODES);
    server(&app).env([app.calls_all(&kafka).addresses("KAFKA_BROKERS")]);
    assert_snapshot!(shop.container_part(&checkout, "/env"), @"
    - name: KAFKA_BROKERS
      value: b-1.kafka.example.com:9094,b-2.kafka.example.com:9094
    ");
    assert_snapshot!(admitted(&shop, &doors), @"cluster.local/ns/shop/sa/checkout-app-service-account: b-1.kafka.example.com, b-2.kafka.example.com");
}

#[test]
fn names_are_as_short_as_istio_takes_them() {
    let (shop, _) = shop();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let endpoint = app.external_service(ExternalService {
        host: host!("a-rather-long-name-of-a-bucket-in-some-region.s3.eu-central-1.amazonaws.com"),
        port: port!(443),
        protocol: Tls,
        way: GATEWAY,
    });
    server(&app).env([app.calls(&endpoint).host("BUCKET")]);
    assert_snapshot!(shop.part(&web, "Gateway", "/metadata/name"), @"web-app-a-rather-long-name-of-a-bucket-in-some-region-fefdcf69");
    assert_snapshot!(shop.part(&web, "DestinationRule", "/spec/subsets/0/name"), @"a-rather-long-name-of-a-bucket-in-some-region-s3-eu-ce-feba1223");
}
