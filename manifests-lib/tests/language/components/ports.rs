use insta::assert_snapshot;
use manifests_lib::model::{Bundle, Component};
use manifests_lib::network::mesh::{GatewayRoute, OutlierDetection};
use manifests_lib::network::{Grpc, Http, Service};
use manifests_lib::values::seconds;
use manifests_lib::workload::{ContainerHandle, PortlessContainer, WithPort, Workload};
use manifests_lib::{name, node_port, port, port_name, url_path};

use crate::support::{ELSEWHERE, FRONT_DOOR, NODES, Shop, container, server};

/// A service of gRPC whose container has a port for administrators, too.
fn two_ports(app: &Component) -> (Service<Grpc>, Service<Http>) {
    let gin = server(app);
    let admin = gin.port(port_name!("admin"), port!(8081));
    let grpc = gin.expose_grpc(port!(50051));
    let admin = grpc.and_http(&admin, port!(8081));
    (grpc, admin)
}

/// Another bundle's only component, which runs pods.
fn caller(bundle: &Bundle) -> Component {
    let caller = bundle.app(&NODES);
    server(&caller);
    caller
}

#[test]
fn of_a_container_have_names() {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = two_ports(&web.app(&NODES));
    assert_snapshot!(shop.container_part(&web, "/ports"), @"
    - containerPort: 8080
      protocol: TCP
    - name: admin
      containerPort: 8081
      protocol: TCP
    ");
}

#[test]
fn of_a_service_are_told_apart_by_protocol_and_name() {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = two_ports(&web.app(&NODES));
    assert_snapshot!(shop.objects(&web, &["Service"]), @"
    apiVersion: v1
    kind: Service
    metadata:
      name: web-app-service
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      ports:
      - name: grpc-web
        appProtocol: grpc
        port: 50051
        protocol: TCP
        targetPort: 8080
      - name: http-admin
        appProtocol: http
        port: 8081
        protocol: TCP
        targetPort: 8081
      selector:
        app: web
        component: app
      type: ClusterIP
    ");
}

#[test]
fn of_a_service_have_different_names() {
    let shop = Shop::new();
    let web = shop.bundle();
    let gin = server(&web.app(&NODES));
    let http = gin.expose_http(port!(80));
    let _ = http.and_http(&gin.port(port_name!("web"), port!(8081)), port!(81));
    assert_snapshot!(shop.part(&web, "Service", "/spec/ports"), @"
    - name: http-web
      appProtocol: http
      port: 80
      protocol: TCP
      targetPort: 8080
    - name: http-web-81
      appProtocol: http
      port: 81
      protocol: TCP
      targetPort: 8081
    ");
}

#[test]
fn admit_each_its_own_callers() {
    let shop = Shop::new();
    let web = shop.bundle();
    let (grpc, admin) = two_ports(&web.app(&NODES));
    let _ = caller(&shop.bundle_named(name!("mobile"))).calls(&grpc);
    let _ = caller(&shop.bundle_in(&ELSEWHERE, name!("operator"))).calls(&admin);
    assert_snapshot!(shop.objects(&web, &["AuthorizationPolicy", "NetworkPolicy"]), @r#"
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata:
      name: web-app-authorization-policy
      labels:
        app: web
        component: app
        env: test
      namespace: shop
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
            - "8080"
      - from:
        - source:
            principals:
            - cluster.local/ns/elsewhere/sa/operator-app-service-account
        to:
        - operation:
            ports:
            - "8081"
      selector:
        matchLabels:
          app: web
          component: app
    ---
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
              kubernetes.io/metadata.name: shop
          podSelector:
            matchLabels:
              app: mobile
              component: app
        ports:
        - port: 8080
          protocol: TCP
      - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: elsewhere
          podSelector:
            matchLabels:
              app: operator
              component: app
        ports:
        - port: 8081
          protocol: TCP
      podSelector:
        matchLabels:
          app: web
          component: app
      policyTypes:
      - Ingress
    "#);
}

#[test]
fn that_nobody_calls_admit_nobody() {
    let shop = Shop::new();
    let web = shop.bundle();
    let (_, admin) = two_ports(&web.app(&NODES));
    let _ = caller(&shop.bundle_named(name!("operator"))).calls(&admin);
    assert_snapshot!(shop.part(&web, "AuthorizationPolicy", "/spec/rules"), @r#"
    - from:
      - source:
          principals:
          - cluster.local/ns/shop/sa/operator-app-service-account
      to:
      - operation:
          ports:
          - "8081"
    "#);
    assert_snapshot!(shop.part(&web, "NetworkPolicy", "/spec/ingress"), @"
    - from:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: shop
        podSelector:
          matchLabels:
            app: operator
            component: app
      ports:
      - port: 8081
        protocol: TCP
    ");
}

#[test]
fn let_out_whom_they_admit() {
    let shop = Shop::new();
    let (_, admin) = two_ports(&shop.bundle().app(&NODES));
    let operator = shop.bundle_named(name!("operator"));
    let address = caller(&operator).calls(&admin);
    operator.deny_by_default(&shop.prometheus());
    server(&operator.component(name!("other"), &NODES)).env([]);
    let _ = address;
    assert_snapshot!(shop.part(&operator, "NetworkPolicy", "/spec/egress"), @"
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
      - port: 8081
        protocol: TCP
      to:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: shop
        podSelector:
          matchLabels:
            app: web
            component: app
    ");
}

#[test]
fn of_one_component_can_have_services_of_their_own() {
    let shop = Shop::new();
    let web = shop.bundle();
    let gin = server(&web.app(&NODES));
    let service = gin.expose_http(port!(80));
    let admin = gin.port(port_name!("admin"), port!(8081));
    let admin = admin.expose_http_as(name!("admin"), port!(80));
    let mobile = caller(&shop.bundle_named(name!("mobile")));
    let _ = (mobile.calls(&service), mobile.calls(&admin));
    admin.mesh_route();
    service.mesh_route();
    let names = shop.resources(&web);
    let names: Vec<_> = names.iter().map(|it| it.object_ref().to_string()).collect();
    assert_snapshot!(names.join("\n"), @"
    Deployment.apps shop/web-app-deployment
    ServiceAccount shop/web-app-service-account
    Service shop/web-app-service
    AuthorizationPolicy.security.istio.io shop/web-app-authorization-policy
    NetworkPolicy.networking.k8s.io shop/web-app-network-policy
    Service shop/web-app-admin-service
    AuthorizationPolicy.security.istio.io shop/web-app-admin-authorization-policy
    NetworkPolicy.networking.k8s.io shop/web-app-admin-network-policy
    VirtualService.networking.istio.io shop/web-app-admin-virtual-service
    DestinationRule.networking.istio.io shop/web-app-admin-destination-rule
    VirtualService.networking.istio.io shop/web-app-virtual-service
    DestinationRule.networking.istio.io shop/web-app-destination-rule
    ");
    assert_snapshot!(shop.part(&web, "Service", "/spec/ports"), @"
    - name: http-web
      appProtocol: http
      port: 80
      protocol: TCP
      targetPort: 8080
    ");
}

#[test]
fn a_headless_service_stands_for_the_addresses_of_pods() {
    let shop = Shop::new();
    let web = shop.bundle();
    let gin: ContainerHandle<WithPort> = server(&web.app(&NODES));
    gin.expose_grpc_as(name!("pods"), port!(50051)).headless();
    assert_snapshot!(shop.part(&web, "Service", "/spec"), @"
    clusterIP: None
    ports:
    - name: grpc-web
      appProtocol: grpc
      port: 50051
      protocol: TCP
      targetPort: 8080
    selector:
      app: web
      component: app
    type: ClusterIP
    ");
}

#[test]
fn are_routed_by_one_object_a_host() {
    let shop = Shop::new();
    let web = shop.bundle();
    let (grpc, admin) = two_ports(&web.app(&NODES));
    grpc.mesh_route();
    admin.mesh_route().outlier_detection(OutlierDetection {
        consecutive_errors: 5,
        interval: seconds(10),
        ejection: seconds(30),
        max_ejected_percent: 50,
    });
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
        - port: 50051
        route:
        - destination:
            host: web-app-service.shop.svc.cluster.local
            port:
              number: 50051
      - match:
        - port: 8081
        route:
        - destination:
            host: web-app-service.shop.svc.cluster.local
            port:
              number: 8081
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
        portLevelSettings:
        - outlierDetection:
            baseEjectionTime: 30s
            consecutive5xxErrors: 5
            interval: 10s
            maxEjectionPercent: 50
          port:
            number: 8081
          tls:
            mode: ISTIO_MUTUAL
        tls:
          mode: ISTIO_MUTUAL
    ");
}

#[test]
fn are_routed_for_their_callers_namespaces() {
    let shop = Shop::new();
    let web = shop.bundle();
    let (grpc, _) = two_ports(&web.app(&NODES));
    let _ = caller(&shop.bundle_in(&ELSEWHERE, name!("mobile"))).calls(&grpc);
    grpc.mesh_route();
    let visible_in = |kind| shop.part(&web, kind, "/spec/exportTo");
    assert_snapshot!(visible_in("VirtualService"), @"
    - .
    - elsewhere
    ");
    assert_eq!(visible_in("DestinationRule"), visible_in("VirtualService"));
}

#[test]
fn are_opened_by_one_object_a_gateway() {
    let shop = Shop::new();
    let web = shop.bundle();
    let (grpc, admin) = two_ports(&web.app(&NODES));
    grpc.gateway_route(GatewayRoute { gateway: &FRONT_DOOR, node_port: node_port!(30001) });
    admin.gateway_route(GatewayRoute { gateway: &FRONT_DOOR, node_port: node_port!(30002) });
    grpc.mesh_route();
    assert_snapshot!(shop.objects(&web, &["Gateway", "VirtualService"]), @r#"
    apiVersion: networking.istio.io/v1
    kind: Gateway
    metadata:
      name: web-app-gateway
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      selector:
        istio: ingress
      servers:
      - hosts:
        - "*"
        port:
          name: grpc-web
          number: 50051
          protocol: GRPC
      - hosts:
        - "*"
        port:
          name: http-web-8081
          number: 8081
          protocol: HTTP
    ---
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
      - elsewhere
      gateways:
      - web-app-gateway
      hosts:
      - "*"
      http:
      - match:
        - port: 50051
        route:
        - destination:
            host: web-app-service.shop.svc.cluster.local
            port:
              number: 50051
      - match:
        - port: 8081
        route:
        - destination:
            host: web-app-service.shop.svc.cluster.local
            port:
              number: 8081
    ---
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata:
      name: web-app-mesh-virtual-service
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
        - port: 50051
        route:
        - destination:
            host: web-app-service.shop.svc.cluster.local
            port:
              number: 50051
    "#);
}

#[test]
fn of_a_container_without_one_serve_its_metrics() {
    let shop = Shop::new();
    let web = shop.bundle();
    let own = container();
    let worker = web.app(&NODES).deployment(1).portless_container(PortlessContainer {
        name: own.name,
        image: own.image,
        resources: own.resources,
        user: own.user,
    });
    worker.port(port_name!("metrics"), port!(9090)).metrics(url_path!("/metrics"));
    assert_snapshot!(shop.container_part(&web, "/ports"), @"
    - name: metrics
      containerPort: 9090
      protocol: TCP
    ");
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/metadata/annotations"), @r#"
    prometheus.io/path: /metrics
    prometheus.io/port: "9090"
    prometheus.io/scrape: "true"
    "#);
}
