use insta::assert_snapshot;
use manifests_lib::model::{Bundle, Namespace};
use manifests_lib::network::mesh::{Egress, EgressGateway, EgressHandle};
use manifests_lib::{host, name, port};

use crate::support::{NODES, Shop};

fn egress() -> (Shop, Bundle, EgressHandle) {
    let shop = Shop::new();
    let web = shop.bundle();
    let handle = web.app(&NODES).egress(Egress {
        host: host!("example.com"),
        port: port!(80),
        through: &EgressGateway {
            name: name!("back-door"),
            namespace: Namespace::new(name!("edge")),
            selector: name!("egress"),
        },
    });
    (shop, web, handle)
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
      name: web-app-service-entry
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      exportTo:
      - .
      - edge
      hosts:
      - example.com
      location: MESH_EXTERNAL
      ports:
      - name: http-web
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
      name: web-app-virtual-service
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      exportTo:
      - .
      - edge
      gateways:
      - web-app-gateway
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
            host: back-door.edge.svc.cluster.local
            port:
              number: 443
            subset: web
      - match:
        - gateways:
          - web-app-gateway
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
    host: back-door.edge.svc.cluster.local
    subsets:
    - name: web
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
