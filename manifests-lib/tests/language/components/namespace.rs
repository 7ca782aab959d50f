use insta::assert_snapshot;
use manifests_lib::model::{Injection, Namespace, NamespaceRules, PodSecurity};
use manifests_lib::name;

use crate::support::{RULES, Shop};

#[test]
fn its_pods_get_a_sidecar_of_a_revision() {
    let shop = Shop::new();
    let web = shop.bundle_in(&Namespace::new(name!("tools")), name!("web"));
    web.create_namespace(
        web.namespace(),
        &NamespaceRules {
            injection: Injection::Revision(name!("stable")),
            pod_security: PodSecurity::Restricted,
        },
    );
    assert_snapshot!(shop.objects(&web, &["Namespace"]), @"
    apiVersion: v1
    kind: Namespace
    metadata:
      name: tools
      annotations:
        argocd.argoproj.io/compare-options: IgnoreExtraneous
        argocd.argoproj.io/sync-options: Prune=false,Delete=false
      labels:
        env: test
        istio.io/rev: stable
        pod-security.kubernetes.io/enforce: restricted
    ");
}

#[test]
fn its_pods_get_no_sidecar() {
    let shop = Shop::new();
    let web = shop.bundle_in(&Namespace::new(name!("tools")), name!("web"));
    web.create_namespace(web.namespace(), &RULES);
    assert_snapshot!(shop.objects(&web, &["Namespace"]), @"
    apiVersion: v1
    kind: Namespace
    metadata:
      name: tools
      annotations:
        argocd.argoproj.io/compare-options: IgnoreExtraneous
        argocd.argoproj.io/sync-options: Prune=false,Delete=false
      labels:
        env: test
        pod-security.kubernetes.io/enforce: baseline
    ");
}
