use insta::assert_snapshot;
use manifests_lib::{
    Bundle, Component, GatewayRoute, IngressGateway, Namespace, NodePort, Port, name, node_port,
    port,
};

use crate::support::{NAMESPACE, build, bundle, objects, part, service_on};

fn open(component: &Component, port: Port, node_port: NodePort) {
    let gateway = IngressGateway {
        name: name!("front-door"),
        namespace: Namespace::new(name!("edge")),
        selector: name!("ingress"),
    };
    let service = service_on(component, port);
    component.gateway_route(
        &service,
        GatewayRoute {
            gateway: &gateway,
            node_port,
        },
    );
}

fn opened() -> Bundle {
    let web = bundle();
    open(&web.app(), port!(50001), node_port!(30001));
    web
}

#[test]
fn opens_the_services_port_at_the_gateway() {
    assert_snapshot!(objects(&opened(), &["Gateway"]), @"");
}

#[test]
fn is_visible_where_the_gateway_runs() {
    assert_snapshot!(objects(&opened(), &["VirtualService", "DestinationRule"]), @"");
}

#[test]
fn admits_the_gateway() {
    let web = opened();
    let principals = "/spec/rules/0/from/0/source/principals";
    assert_snapshot!(part(&web, "AuthorizationPolicy", principals), @"");
    assert_snapshot!(part(&web, "NetworkPolicy", "/spec/ingress/0/from"), @"");
}

#[test]
fn tells_the_gateways_own_service_its_ports() {
    let mobile = Bundle::new(name!("mobile"), &NAMESPACE, &name!("test"));
    open(&mobile.app(), port!(50002), node_port!(30000));
    let ports: Vec<_> = build(&[&mobile, &opened()])
        .gateway_ports
        .iter()
        .map(|port| {
            let node_port = port.node_port.number();
            format!("{} {} {node_port} {}", port.gateway, port.port, port.service)
        })
        .collect();
    assert_snapshot!(ports.join("\n"), @"");
}
