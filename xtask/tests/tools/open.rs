use crate::fakes::Fakes;

#[test]
fn without_a_name_everything_is_listed() {
    let fakes = Fakes::new(&[]);
    let run = fakes.xtask(&["open"]);
    assert_eq!(run.code(), Some(0), "{}", run.stderr());
    // Other lines of the same kinds come and go with the platform.
    let stdout = run.stdout();
    let lines = stdout.lines().filter(|line| {
        let kept = ["argocd", "customer-app"];
        !line.starts_with(' ') || kept.iter().any(|word| line.contains(word))
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    Dashboards of dev:
      argocd                    https://localhost:8080  argocd/argocd-server:443
    Services of dev:
      customer-app-service      localhost:50001         services/customer-app-service:50001
    Open one: cargo xtask open NAME dev
    Node ports of the gateway istio-ingressgateway:
      30001 customer-app-service.services.svc.cluster.local
    Their URLs: minikube service --profile minikube --namespace istio-ingress --url istio-ingressgateway
    ");
}

#[test]
fn an_environment_in_place_of_a_name_is_listed() {
    let run = Fakes::new(&[]).xtask(&["open", "prd"]);
    let stdout = run.stdout();
    assert!(stdout.starts_with("Dashboards of prd:\n"), "{stdout}");
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
            "name": "argocd", "kind": "dashboard", "address": "https://localhost:8080", "namespace": "argocd",
            "service": "argocd-server", "port": 443, "localPort": 8080,
        }))
    );
}

#[test]
fn a_dashboard_is_forwarded_to_its_port() {
    let fakes = Fakes::new(&["kubectl"]);
    let run = fakes.xtask(&["open", "argocd"]);
    assert_eq!(run.code(), Some(0), "{}", run.stderr());
    assert_eq!(run.stdout(), "https://localhost:8080 until Ctrl-C\n");
    assert!(fakes.calls().ends_with("kubectl --context minikube port-forward --namespace=argocd service/argocd-server 8080:443\n"));
}

#[test]
fn a_service_can_be_put_on_another_port() {
    let fakes = Fakes::new(&[]);
    let run = fakes.xtask(&[
        "open",
        "customer-app-service",
        "prd",
        "--port",
        "9000",
        "--dry-run",
    ]);
    insta::assert_snapshot!(run.stdout(), @"kubectl --context arn:aws:eks:ap-northeast-1:123456789012:cluster/microservices port-forward --namespace=services service/customer-app-service 9000:50001");
}

#[test]
fn an_unknown_name_is_refused_with_the_way_to_the_known_ones() {
    let run = Fakes::new(&[]).xtask(&["open", "grafanna"]);
    assert_eq!(run.code(), Some(2));
    insta::assert_snapshot!(run.stderr(), @"error: dev has no dashboard and no Service grafanna; `cargo xtask open dev` lists what there is");
}
