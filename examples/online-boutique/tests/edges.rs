//! Who may call whom is what the NetworkPolicies of the public application say, though nobody wrote one here.

use std::collections::BTreeSet;

use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use manifests_lib::environment::Entry;
use online_boutique::environments::ALL;

/// Receiver, its port, and its callers, of the component `network-policies` of the application.
const PUBLISHED: [(&str, i32, &[&str]); 9] = [
    ("adservice", 9555, &["frontend"]),
    ("cartservice", 7070, &["checkoutservice", "frontend"]),
    ("checkoutservice", 5050, &["frontend"]),
    ("currencyservice", 7000, &["checkoutservice", "frontend"]),
    ("emailservice", 8080, &["checkoutservice"]),
    ("paymentservice", 50051, &["checkoutservice"]),
    ("productcatalogservice", 3550, &["checkoutservice", "frontend", "recommendationservice"]),
    ("recommendationservice", 8080, &["frontend"]),
    ("shippingservice", 50051, &["checkoutservice", "frontend"]),
];

/// Visitors, and those that are none. The application's own policy admits everybody to the frontend.
const VISITORS: [&str; 2] = ["ingress", "loadgenerator"];

/// Caller, receiver and port.
type Edge = (String, String, i32);

fn edge(caller: &str, receiver: &str, port: i32) -> Edge {
    (caller.to_owned(), receiver.to_owned(), port)
}

/// Of which service, or gateway, pods are; a cache is a component of its service.
fn service(pods: &LabelSelector) -> Option<String> {
    let labels = pods.match_labels.as_ref()?;
    let name = labels
        .get("app.kubernetes.io/name")
        .or_else(|| labels.get("istio"))
        .or_else(|| labels.get("gateway.networking.k8s.io/gateway-name"))?;
    let component = labels.get("app.kubernetes.io/component").filter(|it| *it != "app");
    Some(component.map_or_else(|| name.clone(), |component| format!("{name}-{component}")))
}

/// What the NetworkPolicies of the shop's namespace admit.
fn admitted(entry: &Entry) -> BTreeSet<Edge> {
    let built = (entry.environment)().platform.build().expect("an example without mistakes");
    let mut edges = BTreeSet::new();
    for policy in built.resources().filter_map(|resource| resource.get::<NetworkPolicy>()) {
        let spec = policy.spec.as_ref().expect("a policy with a spec");
        let Some(receiver) = spec.pod_selector.as_ref().and_then(service) else { continue };
        if policy.metadata.namespace.as_deref() != Some("boutique") {
            continue;
        }
        for rule in spec.ingress.iter().flatten() {
            let callers = rule.from.iter().flatten().filter_map(|it| it.pod_selector.as_ref());
            for caller in callers.filter_map(service) {
                let ports = rule.ports.iter().flatten().filter_map(|it| it.port.as_ref());
                edges.extend(ports.map(|port| match port {
                    IntOrString::Int(port) => edge(&caller, &receiver, *port),
                    IntOrString::String(name) => panic!("a port by its name: {name}"),
                }));
            }
        }
    }
    edges
}

fn published() -> BTreeSet<Edge> {
    let callers = PUBLISHED.iter().flat_map(|(receiver, port, callers)| {
        callers.iter().map(|caller| edge(caller, receiver, *port))
    });
    callers.chain(VISITORS.map(|caller| edge(caller, "frontend", 8080))).collect()
}

#[test]
fn the_edges_are_those_of_the_public_application() {
    let [dev, prd, plain] = ALL else { panic!("three environments") };
    // In production the cache is outside the cluster.
    assert_eq!(admitted(prd), published());
    let with_cache =
        published().into_iter().chain([edge("cartservice", "cartservice-cache", 6379)]);
    let with_cache = with_cache.collect();
    assert_eq!(admitted(dev), with_cache);
    assert_eq!(admitted(plain), with_cache);
}

#[test]
fn what_the_edges_are_made_of_needs_no_mesh() {
    let [.., plain] = ALL else { panic!("no environment") };
    let built = (plain.environment)().platform.build().expect("an example without mistakes");
    let groups: BTreeSet<_> = built.resources().map(|it| it.object_ref().group).collect();
    let others = ["istio.io", "rabbitmq.com"];
    assert!(!groups.iter().any(|group| others.iter().any(|other| group.ends_with(other))));
    let services = built.resources().filter(|it| it.object_ref().kind == "Deployment");
    assert_eq!(services.count(), 11);
}
