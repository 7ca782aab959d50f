use insta::assert_snapshot;
use manifests_lib::network::mesh::{
    EgressGateway, Exposure, GatewayRoute, GatewayService, IngressGateway,
};
use manifests_lib::{name, node_port, port};

use crate::support::{ELSEWHERE, FRONT_DOOR, NODES, Shop, document, service_on};

/// The Service of a gateway that is written before the bundle that opens a port of it.
fn service(exposure: Exposure, opened: &IngressGateway) -> String {
    let shop = Shop::new();
    let gateways = shop.bundle_in(&ELSEWHERE, name!("gateways"));
    gateways.gateway_service(GatewayService { gateway: &FRONT_DOOR, exposure });
    let app = shop.bundle().app(&NODES);
    service_on(&app, port!(50001))
        .gateway_route(GatewayRoute { gateway: opened, node_port: node_port!(30001) });
    let resources = shop.resources(&gateways);
    let service = resources
        .iter()
        .find(|resource| resource.object_ref().name == FRONT_DOOR.name.as_str())
        .expect("the gateway's Service");
    document(service)
}

fn spec(service: &str) -> String {
    let (_, spec) = service.split_once("spec:\n").expect("a spec");
    spec.to_owned()
}

#[test]
fn has_the_ports_that_bundles_open() {
    assert_snapshot!(service(Exposure::NodePorts, &FRONT_DOOR), @"
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
fn has_no_node_ports_where_something_else_stands_outside() {
    assert_snapshot!(spec(&service(Exposure::ClusterIp, &FRONT_DOOR)), @"
    ports:
    - name: status-port
      port: 15021
      protocol: TCP
      targetPort: 15021
    - name: http-web
      port: 50001
      protocol: TCP
      targetPort: 50001
    selector:
      istio: ingress
    type: ClusterIP
    ");
}

#[test]
fn leaves_out_the_ports_of_another_gateway() {
    let other = IngressGateway { name: name!("back-door"), ..FRONT_DOOR };
    assert_snapshot!(spec(&service(Exposure::NodePorts, &other)), @"
    externalTrafficPolicy: Cluster
    ports: []
    selector:
      istio: ingress
    type: NodePort
    ");
}

#[test]
fn of_an_egress_gateway_has_the_port_of_the_sidecars() {
    let shop = Shop::new();
    let gateways = shop.bundle_in(&ELSEWHERE, name!("gateways"));
    gateways.egress_gateway_service(&EgressGateway {
        name: name!("way-out"),
        namespace: ELSEWHERE,
        selector: name!("egress"),
    });
    assert_snapshot!(shop.objects(&gateways, &["Service"]), @"
    apiVersion: v1
    kind: Service
    metadata:
      name: way-out
      labels:
        env: test
        istio: egress
      namespace: elsewhere
    spec:
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
