use super::*;
use crate::objects::{Objects, Origin, json};

/// A pod in a namespace, labelled `app`, with a named port.
fn pod(namespace: &str, app: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": app, "namespace": namespace, "labels": {"app": app}},
        "spec": {"containers": [{"name": "a", "ports": [{"name": "web", "containerPort": 8080}]}]},
    })
}

/// What policies of `shop` say of a connection from `from` to the pod `cart` there, by this `spec` of a policy for all pods.
fn asked(spec: &Value, direction: Direction, other: &str, port: Port<'_>) -> Outcome {
    let mut spec = spec.clone();
    spec["podSelector"] = json!({"matchLabels": {"app": "cart"}});
    let policy = json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "cart", "namespace": "shop"},
        "spec": spec,
    });
    let namespace = json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "web", "labels": {"team": "web"}},
    });
    let own = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}});
    let pods = [pod("shop", "cart"), pod("shop", "order"), pod("web", "front")];
    let all = pods.into_iter().chain([policy, namespace, own]);
    let origin = Origin::Rust {
        written: crate::objects::Line { file: "a.rs".into(), line: 1 },
        patched: Vec::new(),
    };
    let all = all.filter_map(|json| Object::of(json, origin.clone(), None));
    let environment = Environment::of(None, Objects::new(all.collect()));
    let graph = Graph::of(&environment);
    let find = |app: &str| graph.pods.iter().find(|pod| pod.owner.name() == app);
    let cart = End::Pod(find("cart").expect("the pod"));
    let labels = json!({"app": "front"});
    let other = match other {
        "node" => End::Node,
        "somebody" => End::Somebody,
        "front elsewhere" => End::Unseen { namespace: "other", labels: &labels },
        address if address.parse::<IpAddr>().is_ok() => End::Address(address.parse().ok()),
        app => End::Pod(find(app).expect("a pod")),
    };
    graph.network(direction, cart, other, port).outcome
}

fn asked_in(rule: &Value, other: &str) -> Outcome {
    asked(&json!({"ingress": [rule]}), Direction::Ingress, other, Port::tcp(8080))
}

#[test]
fn peers_are_pods_of_a_namespace_and_nobody_else() {
    let own = json!({"from": [{"podSelector": {"matchLabels": {"app": "order"}}}]});
    assert_eq!(asked_in(&own, "order"), Outcome::Admitted);
    assert_eq!(asked_in(&own, "front"), Outcome::Refused);
    assert_eq!(asked_in(&own, "node"), Outcome::Refused);
    assert_eq!(asked_in(&own, "10.0.0.1"), Outcome::Refused);
    let team = json!({"from": [{"namespaceSelector": {"matchLabels": {"team": "web"}}}]});
    assert_eq!(asked_in(&team, "front"), Outcome::Admitted);
    assert_eq!(asked_in(&team, "order"), Outcome::Refused);
    let name = json!({"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "web"}}}]});
    assert_eq!(asked_in(&name, "front"), Outcome::Admitted);
    assert_eq!(asked_in(&json!({}), "front"), Outcome::Admitted);
}

#[test]
fn both_selectors_of_a_peer_have_to_select_and_one_of_two_peers() {
    let both = json!({"from": [{"podSelector": {"matchLabels": {"app": "order"}}, "namespaceSelector": {"matchLabels": {"team": "web"}}}]});
    assert_eq!(asked_in(&both, "front"), Outcome::Refused);
    let either = json!({"from": [{"podSelector": {"matchLabels": {"app": "order"}}}, {"namespaceSelector": {"matchLabels": {"team": "web"}}}]});
    assert_eq!(asked_in(&either, "front"), Outcome::Admitted);
    assert_eq!(asked_in(&either, "order"), Outcome::Admitted);
}

#[test]
fn what_is_not_known_depends() {
    let labels = json!({"from": [{"podSelector": {"matchLabels": {"tier": "front"}}, "namespaceSelector": {}}]});
    assert_eq!(asked_in(&labels, "front elsewhere"), Outcome::Depends);
    assert_eq!(asked_in(&labels, "front"), Outcome::Refused);
    let block = json!({"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]});
    assert_eq!(asked_in(&block, "front"), Outcome::Depends);
    assert_eq!(asked_in(&block, "node"), Outcome::Depends);
    assert_eq!(asked_in(&block, "somebody"), Outcome::Admitted);
}

#[test]
fn blocks_contain_addresses_but_for_their_exceptions() {
    let block = json!({"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]});
    assert_eq!(asked_in(&block, "10.2.0.1"), Outcome::Admitted);
    assert_eq!(asked_in(&block, "10.1.0.1"), Outcome::Refused);
    assert_eq!(asked_in(&block, "192.0.2.1"), Outcome::Refused);
    let six = json!({"from": [{"ipBlock": {"cidr": "2001:db8::/32"}}]});
    assert_eq!(asked_in(&six, "2001:db8::1"), Outcome::Admitted);
    assert_eq!(asked_in(&six, "10.1.0.1"), Outcome::Refused);
    let odd = json!({"from": [{"ipBlock": {"cidr": "10.0.0.0/99"}}]});
    assert_eq!(asked_in(&odd, "10.1.0.1"), Outcome::Refused);
}

#[test]
fn ports_are_those_of_the_pod_by_number_name_or_range() {
    let at = |ports: Value, port| {
        asked(&json!({"ingress": [{"ports": ports}]}), Direction::Ingress, "order", port)
    };
    assert_eq!(at(json!([{"port": 8080}]), Port::tcp(8080)), Outcome::Admitted);
    assert_eq!(at(json!([{"port": 80}]), Port::tcp(8080)), Outcome::Refused);
    assert_eq!(at(json!([{"port": "web"}]), Port::tcp(8080)), Outcome::Admitted);
    assert_eq!(at(json!([{"port": "web"}]), Port::tcp(9090)), Outcome::Refused);
    assert_eq!(at(json!([{"port": 8000, "endPort": 8100}]), Port::tcp(8080)), Outcome::Admitted);
    assert_eq!(at(json!([{"port": 8000, "endPort": 8079}]), Port::tcp(8080)), Outcome::Refused);
    assert_eq!(at(json!([{"protocol": "UDP"}]), Port::tcp(8080)), Outcome::Refused);
    let udp = Port { protocol: "UDP", number: Some(53) };
    assert_eq!(at(json!([{"protocol": "UDP"}]), udp), Outcome::Admitted);
    assert_eq!(at(json!([{"port": 80}]), Port { protocol: "TCP", number: None }), Outcome::Depends);
}

#[test]
fn a_policy_is_for_its_directions() {
    let out = |spec: Value| asked(&spec, Direction::Egress, "order", Port::tcp(8080));
    assert_eq!(out(json!({})), Outcome::Admitted);
    assert_eq!(out(json!({"policyTypes": ["Egress"]})), Outcome::Refused);
    assert_eq!(
        out(json!({"policyTypes": ["Ingress"], "egress": [{"ports": [{"port": 1}]}]})),
        Outcome::Admitted
    );
    assert_eq!(out(json!({"egress": [{"ports": [{"port": 1}]}]})), Outcome::Refused);
    assert_eq!(out(json!({"egress": [{}]})), Outcome::Admitted);
    assert_eq!(asked(&json!({}), Direction::Ingress, "order", Port::tcp(8080)), Outcome::Refused);
    let only_out = json!({"policyTypes": ["Egress"]});
    assert_eq!(asked(&only_out, Direction::Ingress, "order", Port::tcp(8080)), Outcome::Admitted);
}
