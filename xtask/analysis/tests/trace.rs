//! Ways of requests: how they are told, and that they are those of a real mesh.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use analysis::environment::Environment;
use analysis::graph::{Graph, Outcome};
use analysis::objects::{Objects, read};
use analysis::trace::{Kind, Unknown, json, overview, text, trace};

fn environment(path: &Path) -> Environment {
    let read = read(path).expect("readable manifests");
    assert!(read.troubles.is_empty(), "{:?}", read.troubles);
    Environment::of(None, Objects::new(read.objects))
}

fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn shop() -> Environment {
    environment(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trace/shop.yaml"))
}

/// What is printed, with paths below the folder of the manifests.
fn shown(from: &str, to: &str) -> String {
    let environment = shop();
    let trace = trace(&Graph::of(&environment), from, to).expect("places");
    text::ways(&trace, false).replace(&format!("{}/tests/", env!("CARGO_MANIFEST_DIR")), "")
}

/// The same of a mesh with sidecars, and of one with a waypoint.
fn shown_in_mesh(from: &str, to: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trace");
    let environment = environment(&folder.join("mesh.yaml"));
    let trace = trace(&Graph::of(&environment), from, to).expect("places");
    text::ways(&trace, false).replace(&format!("{}/", folder.display()), "")
}

fn refused(from: &str, to: &str) -> String {
    let environment = shop();
    let Unknown(sentence) = trace(&Graph::of(&environment), from, to).expect_err("nobody's name");
    sentence
}

#[test]
fn an_open_way_is_shown_step_by_step() {
    insta::assert_snapshot!(shown("web", "cart"), @r"
    Deployment.apps shop/web → Service shop/cart: admitted
      ○ Deployment.apps shop/web: calls cart.shop.svc.cluster.local:80
          trace/shop.yaml:5
      │ Service shop/cart: port 80 leads to 8080
          trace/shop.yaml:50 spec.ports[0]
      ✓ NetworkPolicy.networking.k8s.io shop/cart: lets it in
          trace/shop.yaml:62 spec.ingress[0]
      ● Deployment.apps shop/cart: container java, port 8080
          trace/shop.yaml:29 spec.template.spec.containers[0]
    ");
}

#[test]
fn who_refuses_is_named_with_what_nearly_lets_it_through() {
    insta::assert_snapshot!(shown("web", "shop/stock:80"), @r"
    Deployment.apps shop/web → Service shop/stock:80: refused by NetworkPolicy.networking.k8s.io shop/stock
      ○ Deployment.apps shop/web: calls stock.shop.svc.cluster.local:80
          trace/shop.yaml:5
      │ Service shop/stock: port 80 leads to 9000
          trace/shop.yaml:55 spec.ports[0]
      ✗ NetworkPolicy.networking.k8s.io shop/stock: lets the caller in at other ports, not at 9000
          trace/shop.yaml:69 spec.ingress[0]
      ● StatefulSet.apps shop/stock: container go, port 9000
          trace/shop.yaml:40 spec.template.spec.containers[0]
    ");
}

#[test]
fn what_a_route_assumes_of_a_request_is_said() {
    let shown = shown_in_mesh("shop/web", "deployment/cart");
    let assumed =
        "assumed: method is GET and header end-user is jason, or query test begins with on";
    assert!(shown.contains(assumed), "{shown}");
}

#[test]
fn filters_that_are_not_read_are_named() {
    let shown = shown_in_mesh("shop/web", "deployment/cart");
    let named = "? EnvoyFilter.networking.istio.io shop/limits: changes the proxy of Deployment.apps shop/cart, and is not read here";
    assert!(shown.contains(named), "{shown}");
    let begun = "✓ DestinationRule.networking.istio.io shop/cart: the proxy of the caller begins ISTIO_MUTUAL";
    assert!(shown.contains(begun), "{shown}");
}

#[test]
fn tls_that_the_pods_do_not_take_closes_the_way() {
    let shown = shown_in_mesh("shop/web", "service/shop/stock:80");
    let closed = "✗ DestinationRule.networking.istio.io shop/stock: DISABLE does not reach port 8080 of Deployment.apps shop/stock, which \
                  takes nothing but mutual TLS of the mesh";
    assert!(shown.contains(closed), "{shown}");
}

#[test]
fn policies_of_a_waypoint_are_asked_there_and_pods_see_the_waypoint() {
    let shown = shown_in_mesh("ambient/caller", "service/ambient/order:80");
    let steps = [
        "│ Gateway.gateway.networking.k8s.io ambient/waypoint: its waypoint takes the requests",
        "✓ AuthorizationPolicy.security.istio.io ambient/order: admits the caller at the waypoint",
        "✓ AuthorizationPolicy.security.istio.io ambient/by-waypoint: admits the caller",
    ];
    for step in steps {
        assert!(shown.contains(step), "{step}\n{shown}");
    }
    let shown = shown_in_mesh("ambient/stranger", "service/ambient/order:80");
    let closed = "✗ AuthorizationPolicy.security.istio.io ambient/order: does not admit the caller at the waypoint";
    assert!(shown.contains(closed), "{shown}");
}

#[test]
fn users_come_in_by_the_rules_of_their_url() {
    insta::assert_snapshot!(shown("https://shop.example.com/cart/1", "deployment/cart"), @r"
    shop.example.com:443/cart/1 → Deployment.apps shop/cart: admitted
      ○ Ingress.networking.k8s.io shop/shop: users come in by this Ingress
          trace/shop.yaml:71
      │ Ingress.networking.k8s.io shop/shop: sends path /cart to Service shop/cart at port 80
          trace/shop.yaml:80 spec.rules[0].http.paths[1].backend.service
      │ Service shop/cart: port 80 leads to 8080
          trace/shop.yaml:50 spec.ports[0]
      ✓ NetworkPolicy.networking.k8s.io shop/cart: lets it in
          trace/shop.yaml:62 spec.ingress[0]
      ● Deployment.apps shop/cart: container java, port 8080
          trace/shop.yaml:29 spec.template.spec.containers[0]
    ");
    insta::assert_snapshot!(shown("https://other.example.com/", "deployment/cart"), @"other.example.com:443/ → Deployment.apps shop/cart: there is no way: nothing leads there");
}

#[test]
fn calls_that_nothing_declares_are_tried() {
    insta::assert_snapshot!(shown("statefulset/stock", "deployment/cart"), @r"
    StatefulSet.apps shop/stock → Deployment.apps shop/cart: refused by NetworkPolicy.networking.k8s.io shop/cart
      ○ StatefulSet.apps shop/stock: calls cart.shop.svc.cluster.local:80
          trace/shop.yaml:31
      │ Service shop/cart: port 80 leads to 8080
          trace/shop.yaml:50 spec.ports[0]
      ✗ NetworkPolicy.networking.k8s.io shop/cart: lets others in at 8080, not the caller
          trace/shop.yaml:62 spec.ingress[0]
      ● Deployment.apps shop/cart: container java, port 8080
          trace/shop.yaml:29 spec.template.spec.containers[0]
    ");
}

#[test]
fn without_places_everybody_is_listed() {
    let environment = shop();
    let traces = overview(&Graph::of(&environment));
    insta::assert_snapshot!(text::overview(None, &traces, false), @r"
    admitted Deployment.apps shop/web → cart.shop.svc.cluster.local:80 → Deployment.apps shop/cart
    refused  Deployment.apps shop/web → stock.shop.svc.cluster.local:80 → StatefulSet.apps shop/stock by NetworkPolicy.networking.k8s.io shop/stock
    admitted internet → Deployment.apps shop/cart
    admitted internet → Deployment.apps shop/web
    4 ways, 1 refused
    ");
}

#[test]
fn programs_get_the_same() {
    let environment = shop();
    let found = trace(&Graph::of(&environment), "web", "stock.shop.svc:80").expect("places");
    let printed = json::print(&[(Some("dev"), vec![found])]).expect("JSON");
    let printed = printed.replace(&format!("{}/tests/", env!("CARGO_MANIFEST_DIR")), "");
    insta::assert_snapshot!(printed, @r#"
    {
      "version": 1,
      "traces": [
        {
          "environment": "dev",
          "from": "Deployment.apps shop/web",
          "to": "Service shop/stock:80",
          "outcome": "refused",
          "ways": [
            {
              "end": "StatefulSet.apps shop/stock",
              "outcome": "refused",
              "steps": [
                {
                  "kind": "caller",
                  "outcome": "admitted",
                  "text": "calls stock.shop.svc.cluster.local:80",
                  "object": "Deployment.apps shop/web",
                  "field": "",
                  "file": "trace/shop.yaml",
                  "line": 5
                },
                {
                  "kind": "service",
                  "outcome": "admitted",
                  "text": "port 80 leads to 9000",
                  "object": "Service shop/stock",
                  "field": "spec.ports[0]",
                  "file": "trace/shop.yaml",
                  "line": 55
                },
                {
                  "kind": "policy",
                  "outcome": "refused",
                  "text": "lets the caller in at other ports, not at 9000",
                  "object": "NetworkPolicy.networking.k8s.io shop/stock",
                  "field": "spec.ingress[0]",
                  "file": "trace/shop.yaml",
                  "line": 69
                },
                {
                  "kind": "workload",
                  "outcome": "admitted",
                  "text": "container go, port 9000",
                  "object": "StatefulSet.apps shop/stock",
                  "field": "spec.template.spec.containers[0]",
                  "file": "trace/shop.yaml",
                  "line": 40
                }
              ]
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn names_of_nobody_are_refused_with_near_ones() {
    insta::assert_snapshot!(refused("carts", "web"), @"carts is no workload, no URL and not `internet`; did you mean cart?");
    insta::assert_snapshot!(refused("web", "shop/sotck"), @"shop/sotck is neither a Service nor a workload, nor a host; did you mean stock?");
    insta::assert_snapshot!(refused("web", "stok.shop.svc"), @"stok is no Service; did you mean stock?");
    insta::assert_snapshot!(refused("service/cart", "cart"), @"service/cart is no workload, no URL and not `internet`; did you mean deployment/shop/cart?");
}

/// What the platform's environments are made of.
const ENVIRONMENTS: [&str; 2] = ["dev", "prd"];

#[test]
fn no_declared_call_of_the_platform_is_refused() {
    for name in ENVIRONMENTS {
        let environment = environment(&workspace(&format!("snapshots/{name}")));
        let traces = overview(&Graph::of(&environment));
        assert!(traces.len() > 20, "{name}: {} calls", traces.len());
        let refused: Vec<_> =
            traces.iter().filter(|trace| trace.outcome() == Outcome::Refused).collect();
        assert!(refused.is_empty(), "{name}: {}", text::overview(None, &traces, false));
    }
}

#[test]
fn users_pass_two_gateways_to_a_service_of_the_platform() {
    let environment = environment(&workspace("snapshots/dev"));
    let graph = Graph::of(&environment);
    let (from, to) = ("https://api.dev.example.com/checkout", "orchestrator-app-deployment");
    let trace = trace(&graph, from, to).expect("places");
    let [way] = trace.ways.as_slice() else { panic!("{} ways", trace.ways.len()) };
    assert_eq!(way.outcome(), Outcome::Admitted);
    let kinds: Vec<&str> = way.steps.iter().map(|step| step.kind.name()).collect();
    insta::assert_snapshot!(kinds.join(" "), @"entrance policy route service policy gateway route service proxy policy policy policy workload");
}

/// A row of the page that the lane `envoy` has recorded: what is called, who may, and everybody who may not and is named.
struct Row {
    targets: Vec<String>,
    admitted: BTreeSet<String>,
    named: BTreeSet<String>,
    others_may_not: bool,
}

fn recorded(environment: &str) -> Vec<Row> {
    let page = std::fs::read_to_string(workspace(&format!("reviews/{environment}/network.md")))
        .expect("the page of the lane");
    let names = |cell: &str| -> BTreeSet<String> {
        cell.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    };
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| called"));
    let rows = rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        let [called, admitted, refusals @ ..] = cells.as_slice() else { panic!("{line}") };
        let refused: BTreeSet<String> = refusals.iter().flat_map(|cell| names(cell)).collect();
        Row {
            targets: names(called).into_iter().collect(),
            admitted: names(admitted),
            others_may_not: refused.contains("all others"),
            named: refused,
        }
    });
    rows.collect()
}

/// What the lane calls by the name of the component, as manifests name it: the workload.
fn workload_of(graph: &Graph<'_>, name: &str) -> Option<String> {
    let name = name.strip_prefix("as-").unwrap_or(name);
    let of_component = [
        name.to_owned(),
        format!("{name}-deployment"),
        format!("{name}-stateful-set"),
        format!("{name}-server"),
        name.split_once('-').map_or(String::new(), |(class, name)| format!("{name}-{class}")),
    ];
    let pods = graph.pods.iter().find(|pod| of_component.iter().any(|own| own == pod.owner.name()));
    pods.map(|pod| {
        let identity = &pod.owner.identity;
        format!("{}/{}/{}", identity.kind.to_lowercase(), pod.namespace(), identity.name)
    })
}

/// The place to ask for, of a target of the lane: the Service that leads to the port of the pod, or the host outside.
fn place_of(graph: &Graph<'_>, target: &str) -> Option<String> {
    let (name, port) = target.rsplit_once(':').expect("a port");
    if name.contains('.') {
        return Some(target.to_owned());
    }
    let workload = workload_of(graph, name)?;
    let number: u64 = port.parse().expect("a number");
    for service in graph.objects().of_kind("", "Service") {
        for hop in graph.hops(service, None) {
            let Some(pod) = hop.pod else { continue };
            let is_it = workload.ends_with(&format!("/{}/{}", pod.namespace(), pod.owner.name()));
            if let (true, Some(of_service)) =
                (is_it && hop.port.number == Some(number), hop.service_port)
            {
                return Some(format!(
                    "service/{}/{}:{}",
                    service.namespace(),
                    service.name(),
                    of_service["port"]
                ));
            }
        }
    }
    None
}

#[test]
fn a_real_mesh_says_the_same_of_each_pair() {
    for name in ENVIRONMENTS {
        let environment = environment(&workspace(&format!("snapshots/{name}")));
        let graph = Graph::of(&environment);
        let rows = recorded(name);
        let callers: BTreeSet<String> =
            rows.iter().flat_map(|row| row.admitted.iter().chain(&row.named)).cloned().collect();
        let workloads = graph.pods.iter().filter_map(|pod| {
            let name = pod.owner.name();
            let short = name.strip_suffix("-deployment").or(name.strip_suffix("-stateful-set"));
            short.map(str::to_owned)
        });
        let callers: BTreeSet<String> = callers.into_iter().chain(workloads).collect();
        let (mut compared, mut wrong) = (0, Vec::new());
        for row in &rows {
            for target in &row.targets {
                let Some(to) = place_of(&graph, target) else { continue };
                for caller in &callers {
                    let is_gateway = caller.contains("gateway") && !caller.starts_with("as-");
                    let is_itself =
                        target.starts_with(&format!("{}:", caller.trim_start_matches("as-")));
                    let Some(from) =
                        workload_of(&graph, caller).filter(|_| !is_itself && !is_gateway)
                    else {
                        continue;
                    };
                    let may = row.admitted.contains(caller);
                    if !may && !row.named.contains(caller) && !row.others_may_not {
                        continue;
                    }
                    // The lane asks tools about nothing outside.
                    let is_tool = !from.contains("/services/") && !caller.starts_with("as-");
                    if is_tool && target.contains('.') {
                        continue;
                    }
                    let trace = trace(&graph, &from, &to).expect("places");
                    // Where addresses decide, both are right.
                    if trace.outcome() == Outcome::Depends {
                        continue;
                    }
                    compared += 1;
                    if (trace.outcome() == Outcome::Refused) == may {
                        let is = if may { "is admitted" } else { "is not admitted" };
                        wrong.push(format!(
                            "{caller} {is} at {target}:\n{}",
                            text::ways(&trace, false)
                        ));
                    }
                }
            }
        }
        assert!(compared > 100, "{name}: only {compared} pairs");
        assert!(wrong.is_empty(), "{name}: {} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
        println!("{name}: {compared} pairs");
    }
}

#[test]
fn a_removed_policy_closes_the_way() {
    let read = read(&workspace("snapshots/dev")).expect("readable manifests");
    let without = |name: &str| {
        let objects = read.objects.iter().filter(|object| object.name() != name).cloned();
        Environment::of(None, Objects::new(objects.collect()))
    };
    for (policy, by) in [
        ("account-app-network-policy", "NetworkPolicy"),
        ("account-app-authorization-policy", "AuthorizationPolicy"),
        ("orchestrator-app-egress-network-policy", "NetworkPolicy"),
        ("orchestrator-app-sidecar", ""),
    ] {
        let environment = without(policy);
        let graph = Graph::of(&environment);
        let found =
            trace(&graph, "orchestrator-app-deployment", "account-app-deployment").expect("places");
        let way = found.ways.first().expect("a way");
        // Without its Sidecar the proxy knows everything that is exported to it.
        let expected = if by.is_empty() { Outcome::Admitted } else { Outcome::Refused };
        assert_eq!(found.outcome(), expected, "{policy}");
        if let Some(step) = way.decisive() {
            assert_eq!(step.kind, Kind::Policy, "{policy}");
            assert!(
                step.object.as_deref().is_some_and(|object| object.starts_with(by)),
                "{policy}"
            );
        }
    }
}
