use crate::fakes::Fakes;

#[test]
fn without_a_name_everything_is_listed() {
    let fakes = Fakes::new(&[]);
    let run = fakes.xtask(&["open"]);
    assert_eq!(run.code(), Some(0), "{}", run.stderr());
    // The other lines change with the platform.
    let stdout = run.stdout();
    let lines = stdout.lines().filter(|line| {
        let kept = ["argocd", "customer-app", "public", "account-db", "customer-db"];
        !line.starts_with(' ') || kept.iter().any(|word| line.contains(word))
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    Web UIs of dev:
      argocd                    https://localhost:8080   argocd/argocd-server:443
    Gateways of dev:
      public                    https://localhost:10443  nginx-gateway/public-nginx:443
    Services of dev:
      account-db-service        localhost:3306           services/account-db-service:3306
      customer-app-service      localhost:50001          services/customer-app-service:50001
      customer-db-service       localhost:3307           services/customer-db-service:3306
    Open one: cargo xtask open NAME dev
    Node port of the gateway public: 30443
    Its URL: minikube service --profile minikube --namespace nginx-gateway --url public-nginx
    Node ports of the gateway istio-ingressgateway:
      30001 customer-app-service.services.svc.cluster.local
    Their URLs: minikube service --profile minikube --namespace istio-ingress --url istio-ingressgateway
    ");
}

/// Several may have the same port in the cluster, and users open more than one at a time.
#[test]
fn each_has_a_port_of_its_own() {
    for environment in environments::ALL {
        let run = Fakes::new(&[]).xtask(&["open", environment.name, "--format", "json"]);
        let list: Vec<serde_json::Value> = serde_json::from_str(&run.stdout()).expect("a list");
        let mut ports: Vec<_> = list.iter().map(|entry| entry["localPort"].to_string()).collect();
        ports.sort();
        ports.dedup();
        assert_eq!(ports.len(), list.len());
    }
}

#[test]
fn a_gateway_is_asked_under_the_name_of_its_hosts() {
    let run = Fakes::new(&["kubectl"]).xtask(&["open", "public"]);
    insta::assert_snapshot!(run.stdout(), @"
    https://localhost:10443 until Ctrl-C
    Try it: curl --insecure --connect-to ::localhost:10443 https://api.dev.example.com/
    ");
}

#[test]
fn the_status_port_of_a_gateway_of_istio_is_not_opened() {
    let run = Fakes::new(&[]).xtask(&["open", "istio-ingressgateway", "prd", "--dry-run"]);
    let stdout = run.stdout();
    assert!(stdout.ends_with(":50001\n"), "{stdout}");
}

#[test]
fn an_environment_in_place_of_a_name_is_listed() {
    let run = Fakes::new(&[]).xtask(&["open", "prd"]);
    let stdout = run.stdout();
    assert!(stdout.starts_with("Web UIs of prd:\n"), "{stdout}");
    assert!(stdout.contains("\n  argocd "), "{stdout}");
    assert!(!stdout.contains("account-db-service"), "{stdout}");
}

#[test]
fn programs_read_the_list_as_json() {
    let run = Fakes::new(&[]).xtask(&["open", "--format", "json"]);
    let list: Vec<serde_json::Value> = serde_json::from_str(&run.stdout()).expect("a list");
    let argocd = list.iter().find(|entry| entry["name"] == "argocd");
    assert_eq!(
        argocd,
        Some(&serde_json::json!({
            "name": "argocd", "kind": "web-ui", "address": "https://localhost:8080", "namespace": "argocd",
            "service": "argocd-server", "port": 443, "localPort": 8080,
        }))
    );
}

#[test]
fn a_web_ui_is_forwarded_to_its_port() {
    let fakes = Fakes::new(&["kubectl"]);
    let run = fakes.xtask(&["open", "argocd"]);
    assert_eq!(run.code(), Some(0), "{}", run.stderr());
    assert_eq!(run.stdout(), "https://localhost:8080 until Ctrl-C\n");
    assert!(fakes.calls().ends_with("kubectl --context minikube port-forward --namespace=argocd service/argocd-server 8080:443\n"));
}

#[test]
fn a_service_can_be_put_on_another_port() {
    let fakes = Fakes::new(&[]);
    let run = fakes.xtask(&["open", "customer-app-service", "prd", "--port", "9000", "--dry-run"]);
    insta::assert_snapshot!(run.stdout(), @"kubectl --context arn:aws:eks:ap-northeast-1:123456789012:cluster/microservices port-forward --namespace=services service/customer-app-service 9000:50001");
}

#[test]
fn an_unknown_name_is_refused_with_the_way_to_the_known_ones() {
    let run = Fakes::new(&[]).xtask(&["open", "grafanna"]);
    assert_eq!(run.code(), Some(2));
    insta::assert_snapshot!(run.stderr(), @"error: dev has no web UI, gateway or Service grafanna; `cargo xtask open dev` lists what can be opened");
}

#[test]
fn what_would_be_ignored_is_refused() {
    for (arguments, begin) in [
        (&["open", "prd", "dev"][..], "error: prd is an environment"),
        (&["open", "prd", "--port", "9000"], "error: --port needs the name"),
        (&["open", "--context", "other"], "error: --context needs the name"),
        (&["open", "argocd", "--format", "json"], "error: --format is for"),
        (&["open", "argocd", "--port", "0"], "error: invalid value '0'"),
    ] {
        let run = Fakes::new(&[]).xtask(arguments);
        assert_eq!(run.code(), Some(2), "{arguments:?}");
        assert!(run.stderr().starts_with(begin), "{}", run.stderr());
    }
}
