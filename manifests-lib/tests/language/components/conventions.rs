use insta::assert_snapshot;
use manifests_lib::model::{
    Conventions, Injection, Mesh, Namespace, NamespaceRules, PodSecurity, Portion, ProbeDefaults,
    ProbeTimes, Rollout,
};
use manifests_lib::observability::{Latency, LatencyBound, Slo};
use manifests_lib::values::seconds;
use manifests_lib::workload::{Probe, Workload};
use manifests_lib::{host, name, percent, port, slo_target};

use crate::support::{NODES, Shop, aurora, container, deployment, mysql, server, service_on};

/// A service that another one calls, and their databases.
fn platform(conventions: Conventions) -> (Shop, [&'static str; 2]) {
    let shop = Shop::by(&name!("test"), conventions);
    shop.bundle_named(name!("shared")).deny_by_default(&shop.prometheus());
    let web = shop.bundle().app(&NODES);
    let shown = server(&web);
    let stock = shop.bundle_named(name!("stock")).app(&NODES);
    let service = service_on(&stock, port!(8080));
    shown.env([web.calls(&service).url("STOCK_URL"), web.database(mysql()).host("DB_HOST")]);
    (shop, ["web", "stock"])
}

fn names(conventions: Conventions) -> String {
    let (shop, bundles) = platform(conventions);
    let built = shop.build();
    let bundles = built.bundles.iter().filter(|it| bundles.contains(&it.name.as_str()));
    let names = bundles.flat_map(|it| &it.resources).map(|it| {
        let object = it.object_ref();
        format!("{} {}", object.kind, object.name)
    });
    names.collect::<Vec<_>>().join("\n")
}

#[test]
fn names_say_the_kind() {
    assert_snapshot!(names(Conventions::named_by_kind()), @"
    Deployment web-app-deployment
    ServiceAccount web-app-service-account
    NetworkPolicy web-app-egress-network-policy
    Sidecar web-app-sidecar
    Password web-db-root-password
    Password web-db-user-password
    ExternalSecret web-db-external-secret
    StatefulSet web-db-stateful-set
    ServiceAccount web-db-service-account
    NetworkPolicy web-db-egress-network-policy
    Sidecar web-db-sidecar
    Service web-db-service
    AuthorizationPolicy web-db-authorization-policy
    NetworkPolicy web-db-network-policy
    DestinationRule web-db-destination-rule
    Deployment stock-app-deployment
    ServiceAccount stock-app-service-account
    NetworkPolicy stock-app-egress-network-policy
    Sidecar stock-app-sidecar
    Service stock-app-service
    AuthorizationPolicy stock-app-authorization-policy
    NetworkPolicy stock-app-network-policy
    ");
}

#[test]
fn names_are_short() {
    assert_snapshot!(names(Conventions::recommended()), @"
    Deployment web
    ServiceAccount web
    NetworkPolicy web-egress
    Sidecar web
    Password web-db-root-password
    Password web-db-user-password
    ExternalSecret web-db
    StatefulSet web-db
    ServiceAccount web-db
    NetworkPolicy web-db-egress
    Sidecar web-db
    Service web-db
    AuthorizationPolicy web-db
    NetworkPolicy web-db
    DestinationRule web-db
    Deployment stock
    ServiceAccount stock
    NetworkPolicy stock-egress
    Sidecar stock
    Service stock
    AuthorizationPolicy stock
    NetworkPolicy stock
    ");
}

#[test]
fn labels_are_those_that_kubernetes_recommends() {
    let shop = Shop::by(&name!("test"), Conventions::recommended());
    let web = shop.bundle();
    let _ = service_on(&web.app(&NODES), port!(80));
    assert_snapshot!(shop.part(&web, "Service", "/metadata/labels"), @"
    app.kubernetes.io/component: app
    app.kubernetes.io/instance: test
    app.kubernetes.io/managed-by: argocd
    app.kubernetes.io/name: web
    ");
    assert_snapshot!(shop.part(&web, "Service", "/spec/selector"), @"
    app.kubernetes.io/component: app
    app.kubernetes.io/name: web
    ");
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/selector"), @"
    matchLabels:
      app.kubernetes.io/component: app
      app.kubernetes.io/instance: test
      app.kubernetes.io/name: web
    ");
}

#[test]
fn hosts_and_identities_are_of_the_domains() {
    let conventions = Conventions {
        cluster_domain: host!("k8s.example.com"),
        mesh: Mesh::Istio { trust_domain: host!("mesh.example.com") },
        ..Conventions::named_by_kind()
    };
    let (shop, _) = platform(conventions);
    let built = shop.build();
    let texts: Vec<String> = built.resources().map(crate::support::document).collect();
    let texts = texts.join("");
    assert!(!texts.contains("cluster.local"), "{texts}");
    assert!(texts.contains("http://stock-app-service.shop.svc.k8s.example.com:8080"), "{texts}");
    assert!(texts.contains("mesh.example.com/ns/shop/sa/web-app-service-account"), "{texts}");
}

#[test]
fn without_a_mesh_the_network_alone_admits() {
    let conventions = Conventions { mesh: Mesh::None, ..Conventions::recommended() };
    let (shop, _) = platform(conventions);
    shop.secrets_manager();
    let web = shop.bundle_named(name!("customer")).app(&NODES);
    server(&web).env([web.database(aurora()).host("DB_HOST")]);
    let built = shop.build();
    let of_istio = built.resources().filter(|it| it.object_ref().group.ends_with("istio.io"));
    assert_eq!(of_istio.count(), 0);
    let stock = built.bundles.iter().find(|it| it.name.as_str() == "stock").expect("stock");
    let policies = stock.resources.iter().filter(|it| it.object_ref().kind == "NetworkPolicy");
    let policies: Vec<String> = policies.map(crate::support::document).collect();
    assert_snapshot!(policies.join("---\n"), @"
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: stock-egress
      labels:
        app.kubernetes.io/component: app
        app.kubernetes.io/instance: test
        app.kubernetes.io/managed-by: argocd
        app.kubernetes.io/name: stock
      namespace: shop
    spec:
      egress:
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
      podSelector:
        matchLabels:
          app.kubernetes.io/component: app
          app.kubernetes.io/name: stock
      policyTypes:
      - Egress
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: stock
      labels:
        app.kubernetes.io/component: app
        app.kubernetes.io/instance: test
        app.kubernetes.io/managed-by: argocd
        app.kubernetes.io/name: stock
      namespace: shop
    spec:
      ingress:
      - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: shop
          podSelector:
            matchLabels:
              app.kubernetes.io/component: app
              app.kubernetes.io/name: web
        ports:
        - port: 8080
          protocol: TCP
      podSelector:
        matchLabels:
          app.kubernetes.io/component: app
          app.kubernetes.io/name: stock
      policyTypes:
      - Ingress
    ");
}

#[test]
fn what_needs_a_mesh_says_so() {
    let shop = Shop::without_mesh();
    let web = shop.bundle();
    let service = service_on(&web.app(&NODES), port!(80));
    service.mesh_route();
    service.slo(Slo {
        availability: slo_target!(990),
        latency: Latency { target: slo_target!(950), within: LatencyBound::Second1 },
    });
    web.strict_mutual_tls();
    web.capture_dns();
    web.create_namespace(
        &Namespace::new(name!("meshed")),
        &NamespaceRules {
            injection: Injection::Revision(name!("default")),
            pod_security: PodSecurity::Baseline,
        },
    );
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/conventions.rs:N: the proxies of a mesh count the requests of an SLO, and the conventions of the platform have no mesh (`Conventions::mesh`): remove this line, or give the platform a mesh [needs-mesh]
    manifests-lib/tests/language/components/conventions.rs:N: pods of the namespace meshed get sidecars, and the conventions of the platform have no mesh (`Conventions::mesh`): remove this line, or give the platform a mesh [needs-mesh]
    manifests-lib/tests/language/components/conventions.rs:N: VirtualService.networking.istio.io shop/web-app-virtual-service is for Istio, and the conventions of the platform have no mesh (`Conventions::mesh`): remove this line, or give the platform a mesh [needs-mesh]
    manifests-lib/tests/language/components/conventions.rs:N: PeerAuthentication.security.istio.io shop/peer-authentication is for Istio, and the conventions of the platform have no mesh (`Conventions::mesh`): remove this line, or give the platform a mesh [needs-mesh]
    manifests-lib/tests/language/components/conventions.rs:N: ProxyConfig.networking.istio.io shop/dns-capture is for Istio, and the conventions of the platform have no mesh (`Conventions::mesh`): remove this line, or give the platform a mesh [needs-mesh]
    ");
}

fn of_another_pace() -> Conventions {
    let minutely = ProbeTimes { period: seconds(60), timeout: seconds(1), failures: 2 };
    Conventions {
        rollout: Rollout {
            max_surge: Portion::Percent(percent!(25)),
            max_unavailable: Portion::Pods(1),
            revision_history: 2,
            min_ready: seconds(15),
        },
        probes: ProbeDefaults {
            startup: ProbeTimes { period: seconds(10), timeout: seconds(5), failures: 12 },
            readiness: minutely,
            liveness: minutely,
        },
        ..Conventions::recommended()
    }
}

#[test]
fn workloads_roll_out_by_the_conventions() {
    let shop = Shop::by(&name!("test"), of_another_pace());
    let web = shop.bundle();
    server(&web.app(&NODES));
    let queue = web.component(name!("queue"), &NODES);
    let stateful_set = queue.stateful_set(1);
    let kept = stateful_set.container(container());
    stateful_set.governed_by(&kept.expose_tcp(port!(80)));
    web.component(name!("logs"), &NODES).daemon_set().container(container());
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/strategy"), @"
    rollingUpdate:
      maxSurge: 25%
      maxUnavailable: 1
    type: RollingUpdate
    ");
    assert_snapshot!(shop.part(&web, "DaemonSet", "/spec/updateStrategy"), @"
    rollingUpdate:
      maxSurge: 0
      maxUnavailable: 1
    type: RollingUpdate
    ");
    for kind in ["Deployment", "StatefulSet", "DaemonSet"] {
        assert_eq!(shop.part(&web, kind, "/spec/revisionHistoryLimit").trim(), "2", "{kind}");
        assert_eq!(shop.part(&web, kind, "/spec/minReadySeconds").trim(), "15", "{kind}");
    }
}

#[test]
fn a_deployment_says_a_time_of_its_own() {
    let shop = Shop::by(&name!("test"), of_another_pace());
    let web = shop.bundle();
    let deployment = deployment(&web.app(&NODES));
    deployment.container(container());
    deployment.min_ready(seconds(0));
    assert_eq!(shop.part(&web, "Deployment", "/spec/minReadySeconds").trim(), "0");
}

#[test]
fn the_kubelet_asks_by_the_conventions() {
    let shop = Shop::by(&name!("test"), of_another_pace());
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.readiness(Probe::Grpc.every(seconds(3)));
    assert_snapshot!(shop.container_part(&web, "/startupProbe"), @"
    failureThreshold: 12
    periodSeconds: 10
    tcpSocket:
      port: 8080
    timeoutSeconds: 5
    ");
    assert_snapshot!(shop.container_part(&web, "/readinessProbe"), @"
    failureThreshold: 2
    grpc:
      port: 8080
    periodSeconds: 3
    timeoutSeconds: 1
    ");
    assert_snapshot!(shop.container_part(&web, "/livenessProbe"), @"
    failureThreshold: 2
    periodSeconds: 60
    tcpSocket:
      port: 8080
    timeoutSeconds: 1
    ");
    server.startup_time(seconds(45));
    assert_eq!(shop.container_part(&web, "/startupProbe/failureThreshold").trim(), "5");
}

#[test]
fn defaults_that_no_api_server_takes() {
    let zero = Portion::Pods(0);
    let never = ProbeTimes { period: seconds(5), timeout: seconds(1), failures: 0 };
    let late = ProbeTimes { period: seconds(5), timeout: seconds(6), failures: 1 };
    let named = Conventions::named_by_kind;
    let conventions = Conventions {
        rollout: Rollout { max_surge: zero, max_unavailable: zero, ..named().rollout },
        probes: ProbeDefaults { readiness: never, liveness: late, ..named().probes },
        ..named()
    };
    let shop = Shop::by(&name!("test"), conventions);
    server(&shop.bundle().app(&NODES));
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/conventions.rs:N: no pod more and no pod less (`Conventions::rollout`) leaves no way to replace one, and the API server would refuse every Deployment: start a new pod first, `max_surge: Portion::Pods(1)` [invalid-rollout]
    manifests-lib/tests/language/components/conventions.rs:N: the readiness probe of all containers (`Conventions::probes`) has 0 as a period, timeout or number of failures, in whose place the API server would take another: say how many [invalid-probe]
    manifests-lib/tests/language/components/conventions.rs:N: the liveness probe of all containers (`Conventions::probes`) waits 6 s for an answer and is to ask every 5 s: it would ask less often than it says; wait no longer than the period [invalid-probe]
    ");
    let conventions =
        Conventions { rollout: Rollout { min_ready: seconds(600), ..named().rollout }, ..named() };
    let shop = Shop::by(&name!("test"), conventions);
    let deployment = deployment(&shop.bundle().app(&NODES));
    deployment.container(container());
    deployment.min_ready(seconds(900));
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/conventions.rs:N: new pods of a Deployment that count as available after 900 s come later than its progress deadline of 600 s, and the API server would refuse it: say less [invalid-rollout]
    manifests-lib/tests/language/components/conventions.rs:N: new pods of a Deployment that count as available after 600 s come later than its progress deadline of 600 s, and the API server would refuse it: say less [invalid-rollout]
    ");
}
