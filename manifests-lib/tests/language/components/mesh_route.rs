use insta::assert_snapshot;

use crate::support::{NODES, Shop, service};

#[test]
fn only_its_own_namespace_sees_it() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    service(&app).mesh_route();
    assert_snapshot!(shop.objects(&web, &["VirtualService", "DestinationRule"]), @"
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
      gateways:
      - mesh
      hosts:
      - web-app-service.shop.svc.cluster.local
      http:
      - match:
        - port: 80
        route:
        - destination:
            host: web-app-service.shop.svc.cluster.local
            port:
              number: 80
    ---
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata:
      name: web-app-destination-rule
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      exportTo:
      - .
      host: web-app-service.shop.svc.cluster.local
      trafficPolicy:
        tls:
          mode: ISTIO_MUTUAL
    ");
}
