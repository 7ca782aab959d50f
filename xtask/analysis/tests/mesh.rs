//! Whom the mesh admits, and by which policy.

use analysis::environment::Environment;
use analysis::graph::{Caller, Graph, Outcome};
use analysis::objects::{Line, Object, Objects, Origin, Value, json};

const FRONTEND: Caller<'_> = Caller::Account { namespace: "web", name: "frontend" };
const OTHER: Caller<'_> = Caller::Account { namespace: "shop", name: "other" };

/// Two namespaces: `shop` is in the mesh, `legacy` is not; a pod `cart` in each.
fn environment(policies: Vec<Value>) -> Environment {
    let namespace = |name: &str, labels: Value| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}});
    let pod = |namespace: &str| {
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "cart", "namespace": namespace, "labels": {"app": "cart"}},
            "spec": {"containers": [{"name": "cart", "ports": [{"containerPort": 8080}]}]},
        })
    };
    let base = vec![
        namespace("shop", json!({"istio-injection": "enabled"})),
        namespace("legacy", json!({"istio-injection": "disabled"})),
        pod("shop"),
        pod("legacy"),
    ];
    let line = Line { file: "test.rs".into(), line: 1 };
    let origin = Origin::Rust { written: line, patched: Vec::new() };
    let by = |json| Object::of(json, origin.clone(), None);
    let objects = base.into_iter().chain(policies).filter_map(by).collect();
    Environment::of(None, Objects::new(objects))
}

fn authorization(name: &str, namespace: &str, spec: Value) -> Value {
    json!({
        "apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy",
        "metadata": {"name": name, "namespace": namespace}, "spec": spec,
    })
}

fn peers(name: &str, namespace: &str, spec: Value) -> Value {
    json!({
        "apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication",
        "metadata": {"name": name, "namespace": namespace}, "spec": spec,
    })
}

/// The outcome at the pod of a namespace, and the name of the policy that decides.
fn admits(
    environment: &Environment,
    caller: Caller<'_>,
    namespace: &str,
    port: u64,
) -> (Outcome, String) {
    let graph = Graph::of(environment);
    let pod = graph.pods_in(namespace).next().expect("a pod");
    let verdict = graph.admits(caller, pod, port);
    (verdict.outcome, verdict.policy.map_or("", Object::name).to_owned())
}

fn of(outcome: Outcome, policy: &str) -> (Outcome, String) {
    (outcome, policy.to_owned())
}

#[test]
fn without_a_policy_everybody_is_admitted() {
    let environment = environment(vec![]);
    for caller in [FRONTEND, Caller::Stranger] {
        assert_eq!(admits(&environment, caller, "shop", 8080), of(Outcome::Admitted, ""));
    }
}

#[test]
fn who_is_not_among_those_admitted_is_refused() {
    let policy = authorization(
        "frontend",
        "shop",
        json!({
            "selector": {"matchLabels": {"app": "cart"}},
            "rules": [{
                "from": [{"source": {"principals": ["cluster.local/ns/web/sa/frontend"]}}],
                "to": [{"operation": {"ports": ["8080"]}}],
            }],
        }),
    );
    let environment = environment(vec![policy]);
    assert_eq!(admits(&environment, FRONTEND, "shop", 8080), of(Outcome::Admitted, "frontend"));
    assert_eq!(admits(&environment, FRONTEND, "shop", 9090), of(Outcome::Refused, "frontend"));
    assert_eq!(admits(&environment, OTHER, "shop", 8080), of(Outcome::Refused, "frontend"));
    let stranger = admits(&environment, Caller::Stranger, "shop", 8080);
    assert_eq!(stranger, of(Outcome::Refused, "frontend"));
}

#[test]
fn a_policy_without_rules_admits_nobody_and_an_empty_rule_admits_everybody() {
    let nobody = vec![authorization("nobody", "shop", json!({}))];
    let nobody = environment(nobody);
    assert_eq!(admits(&nobody, FRONTEND, "shop", 8080), of(Outcome::Refused, "nobody"));
    let everybody = vec![
        authorization("nobody", "shop", json!({})),
        authorization("everybody", "shop", json!({"rules": [{}]})),
    ];
    let everybody = environment(everybody);
    let stranger = admits(&everybody, Caller::Stranger, "shop", 8080);
    assert_eq!(stranger, of(Outcome::Admitted, "everybody"));
}

#[test]
fn who_is_refused_by_name_is_refused_whoever_admits_him() {
    let policies = vec![
        authorization("everybody", "shop", json!({"rules": [{}]})),
        authorization(
            "not-web",
            "istio-system",
            json!({"action": "DENY", "rules": [{"from": [{"source": {"namespaces": ["we*"]}}]}]}),
        ),
    ];
    let environment = environment(policies);
    assert_eq!(admits(&environment, FRONTEND, "shop", 8080), of(Outcome::Refused, "not-web"));
    assert_eq!(admits(&environment, OTHER, "shop", 8080), of(Outcome::Admitted, "everybody"));
}

#[test]
fn refusing_all_but_some_refuses_strangers() {
    let policy = authorization(
        "only-web",
        "shop",
        json!({"action": "DENY", "rules": [{"from": [{"source": {"notNamespaces": ["web"]}}]}]}),
    );
    let environment = environment(vec![policy]);
    assert_eq!(admits(&environment, FRONTEND, "shop", 8080), of(Outcome::Admitted, ""));
    let stranger = admits(&environment, Caller::Stranger, "shop", 8080);
    assert_eq!(stranger, of(Outcome::Refused, "only-web"));
}

#[test]
fn paths_and_tokens_are_not_known_before() {
    let rules = json!([{
        "from": [{"source": {"namespaces": ["web"]}}],
        "to": [{"operation": {"methods": ["GET"], "paths": ["/public/*"]}}],
    }]);
    let environment = environment(vec![authorization("get", "shop", json!({"rules": rules}))]);
    assert_eq!(admits(&environment, FRONTEND, "shop", 8080), of(Outcome::Depends, "get"));
    assert_eq!(admits(&environment, OTHER, "shop", 8080), of(Outcome::Refused, "get"));
}

#[test]
fn policies_of_others_are_not_in_force() {
    let policies = vec![
        authorization("of-others", "shop", json!({"selector": {"matchLabels": {"app": "order"}}})),
        authorization(
            "of-a-gateway",
            "shop",
            json!({"targetRefs": [{"kind": "Gateway", "group": "gateway.networking.k8s.io", "name": "a"}]}),
        ),
        authorization("elsewhere", "web", json!({})),
        json!({
            "apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "spec": {},
            "metadata": {"name": "dry", "namespace": "shop", "annotations": {"istio.io/dry-run": "true"}},
        }),
    ];
    let environment = environment(policies);
    assert_eq!(admits(&environment, FRONTEND, "shop", 8080), of(Outcome::Admitted, ""));
}

#[test]
fn a_pod_without_a_proxy_enforces_nothing() {
    let policies = vec![
        authorization("nobody", "legacy", json!({})),
        peers("strict", "istio-system", json!({"mtls": {"mode": "STRICT"}})),
    ];
    let environment = environment(policies);
    let stranger = admits(&environment, Caller::Stranger, "legacy", 8080);
    assert_eq!(stranger, of(Outcome::Admitted, ""));
}

#[test]
fn the_narrowest_peer_authentication_decides_and_ports_count_with_a_selector_alone() {
    let cart = json!({"matchLabels": {"app": "cart"}});
    let policies = vec![
        peers("mesh", "istio-system", json!({"mtls": {"mode": "STRICT"}})),
        peers("ignored-port", "shop", json!({"portLevelMtls": {"8080": {"mode": "DISABLE"}}})),
        peers(
            "cart",
            "shop",
            json!({"selector": cart, "portLevelMtls": {"9090": {"mode": "PERMISSIVE"}}}),
        ),
    ];
    let environment = environment(policies);
    let stranger = |port| admits(&environment, Caller::Stranger, "shop", port);
    assert_eq!(stranger(8080), of(Outcome::Refused, "mesh"));
    assert_eq!(stranger(9090), of(Outcome::Admitted, ""));
}

#[test]
fn where_mutual_tls_is_off_nobody_has_a_name() {
    let policies = vec![
        peers("off", "shop", json!({"mtls": {"mode": "DISABLE"}})),
        authorization(
            "web",
            "shop",
            json!({"rules": [{"from": [{"source": {"namespaces": ["web"]}}]}]}),
        ),
    ];
    let environment = environment(policies);
    assert_eq!(admits(&environment, FRONTEND, "shop", 8080), of(Outcome::Refused, "web"));
}
