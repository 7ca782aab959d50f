use insta::assert_snapshot;
use manifests_lib::model::{Bundle, Namespace};
use manifests_lib::network::Http;
use manifests_lib::network::mesh::{
    EgressGateway, EgressGatewaySpec, ExternalService, ExternalServiceHandle, Way,
};
use manifests_lib::values::{Host, Name};
use manifests_lib::{host, name, port};

use crate::support::{NODES, Shop};

fn egress() -> (Shop, Bundle, ExternalServiceHandle<Http>) {
    let shop = Shop::new();
    let web = shop.bundle();
    let handle = way_out(&web, host!("example.com"));
    (shop, web, handle)
}

const BACK_DOOR: EgressGateway = EgressGateway {
    name: name!("back-door"),
    namespace: Namespace::new(name!("elsewhere")),
    selector: name!("egress"),
};

fn way_out(bundle: &Bundle, host: Host) -> ExternalServiceHandle<Http> {
    let app = bundle.app(&NODES);
    let way = Way::Through(&BACK_DOOR);
    let outside =
        app.external_service(ExternalService { host, port: port!(80), protocol: Http, way });
    let _ = app.calls(&outside);
    outside
}

/// The bundle of a gateway by which these bundles leave.
fn gateway(bundles: &[(Name, Host)]) -> (Shop, Bundle) {
    let shop = Shop::new();
    let gateways = shop.bundle_in(&BACK_DOOR.namespace, name!("gateways"));
    let prometheus = shop.prometheus();
    gateways.egress_gateway(EgressGatewaySpec { gateway: &BACK_DOOR, prometheus: &prometheus });
    for (name, host) in bundles {
        let _ = way_out(&shop.bundle_named(name.clone()), host.clone());
    }
    (shop, gateways)
}

#[test]
fn is_four_objects_of_the_mesh() {
    let (shop, web, _) = egress();
    assert_eq!(shop.kinds(&web), ["ServiceEntry", "Gateway", "VirtualService", "DestinationRule"]);
}

#[test]
fn the_host_is_known_to_the_namespace_and_the_gateway() {
    let (shop, web, _) = egress();
    assert_snapshot!(shop.objects(&web, &["ServiceEntry"]), @"
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata:
      name: web-app-example-com-service-entry
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
      - example.com
      location: MESH_EXTERNAL
      ports:
      - name: http-80
        number: 80
        protocol: HTTP
      resolution: DNS
    ");
}

#[test]
fn a_sidecar_reaches_the_host_through_the_gateway_alone() {
    let (shop, web, _) = egress();
    assert_snapshot!(shop.objects(&web, &["VirtualService"]), @"
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata:
      name: web-app-example-com-virtual-service
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
      - web-app-example-com-gateway
      - mesh
      hosts:
      - example.com
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
            subset: example-com
      - match:
        - gateways:
          - web-app-example-com-gateway
          port: 443
        route:
        - destination:
            host: example.com
            port:
              number: 80
    ");
}

#[test]
fn between_sidecar_and_gateway_is_mutual_tls() {
    let (shop, web, _) = egress();
    assert_snapshot!(shop.part(&web, "Gateway", "/spec"), @"
    selector:
      istio: egress
    servers:
    - hosts:
      - example.com
      port:
        name: https-web
        number: 443
        protocol: HTTPS
      tls:
        mode: ISTIO_MUTUAL
    ");
    assert_snapshot!(shop.part(&web, "DestinationRule", "/spec"), @"
    exportTo:
    - .
    host: back-door.elsewhere.svc.cluster.local
    subsets:
    - name: example-com
      trafficPolicy:
        portLevelSettings:
        - port:
            number: 443
          tls:
            mode: ISTIO_MUTUAL
            sni: example.com
    ");
}

#[test]
fn an_older_name_of_the_entry_stays() {
    let (shop, web, handle) = egress();
    handle.service_entry_named(name!("example-entry"));
    assert_snapshot!(shop.part(&web, "ServiceEntry", "/metadata/name"), @"example-entry");
}

#[test]
fn each_way_out_is_open_to_the_component_that_declares_it() {
    let web = (name!("web"), host!("example.com"));
    let mobile = (name!("mobile"), host!("example.org"));
    let (shop, gateways) = gateway(&[web.clone(), mobile.clone()]);
    let policies = shop.objects(&gateways, &["AuthorizationPolicy"]);
    assert_snapshot!(policies, @r#"
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata:
      name: back-door
      labels:
        env: test
      namespace: elsewhere
    spec:
      action: ALLOW
      selector:
        matchLabels:
          istio: egress
    ---
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata:
      name: mobile-app-egress
      labels:
        env: test
      namespace: elsewhere
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
            - "443"
        when:
        - key: connection.sni
          values:
          - example.org
      selector:
        matchLabels:
          istio: egress
    ---
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata:
      name: web-app-egress
      labels:
        env: test
      namespace: elsewhere
    spec:
      action: ALLOW
      rules:
      - from:
        - source:
            principals:
            - cluster.local/ns/shop/sa/web-app-service-account
        to:
        - operation:
            ports:
            - "443"
        when:
        - key: connection.sni
          values:
          - example.com
      selector:
        matchLabels:
          istio: egress
    "#);
    let (shop, gateways) = gateway(&[mobile, web]);
    assert_eq!(shop.objects(&gateways, &["AuthorizationPolicy"]), policies);
}

#[test]
fn the_gateway_is_reached_by_who_declares_a_way_out() {
    let (shop, gateways) = gateway(&[(name!("web"), host!("example.com"))]);
    assert_snapshot!(shop.part(&gateways, "NetworkPolicy", "/spec"), @"
    ingress:
    - from:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: shop
        podSelector:
          matchLabels:
            app: web
            component: app
      ports:
      - port: 443
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
        istio: egress
    policyTypes:
    - Ingress
    ");
}

#[test]
fn without_a_way_out_nobody_reaches_the_gateway() {
    let (shop, gateways) = gateway(&[]);
    assert_snapshot!(shop.part(&gateways, "NetworkPolicy", "/spec/ingress"), @"
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
    ");
    assert_eq!(shop.kinds(&gateways), ["Service", "NetworkPolicy", "AuthorizationPolicy"]);
}

#[test]
fn the_gateways_service_has_the_port_of_the_sidecars() {
    let (shop, gateways) = gateway(&[]);
    assert_snapshot!(shop.part(&gateways, "Service", "/spec"), @"
    ports:
    - name: status-port
      port: 15021
      protocol: TCP
      targetPort: 15021
    - name: https
      port: 443
      protocol: TCP
      targetPort: 443
    selector:
      istio: egress
    type: ClusterIP
    ");
}
