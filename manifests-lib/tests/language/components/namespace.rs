use insta::assert_snapshot;
use manifests_lib::model::{Injection, Namespace, NamespaceRules, PodSecurity};
use manifests_lib::network::gateway_api::Exposure;
use manifests_lib::{host, name};

use crate::support::{RULES, Shop, gateway_spec};

#[test]
fn its_pods_get_a_sidecar_of_a_revision() {
    let shop = Shop::new();
    let web = shop.bundle_in(&Namespace::new(name!("tools")), name!("web"));
    web.require_sidecars();
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
        pod-security.kubernetes.io/audit: restricted
        pod-security.kubernetes.io/enforce: restricted
        pod-security.kubernetes.io/warn: restricted
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
        pod-security.kubernetes.io/audit: restricted
        pod-security.kubernetes.io/enforce: baseline
        pod-security.kubernetes.io/warn: baseline
    ");
}

/// The label that something in the namespace needs is part of the Namespace, whichever bundle creates it.
#[test]
fn pods_behind_a_load_balancer_wait_until_it_sends_to_them() {
    let shop = Shop::new();
    let tools = Namespace::new(name!("tools"));
    let web = shop.bundle_in(&tools, name!("web"));
    web.create_namespace(&tools, &RULES);
    let issuer = shop.issuer();
    let _ = shop.bundle_in(&tools, name!("door")).internal_gateway(
        gateway_spec(&issuer, name!("door"), Exposure::NetworkLoadBalancer),
        host!("internal.example.com"),
    );
    assert_snapshot!(shop.part(&web, "Namespace", "/metadata/labels"), @"
    elbv2.k8s.aws/pod-readiness-gate-inject: enabled
    env: test
    pod-security.kubernetes.io/audit: restricted
    pod-security.kubernetes.io/enforce: baseline
    pod-security.kubernetes.io/warn: baseline
    ");
}

#[test]
fn a_pod_of_the_mesh_without_a_sidecar_is_refused() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.require_sidecars();
    let kinds = ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"];
    assert_snapshot!(shop.objects(&web, &kinds), @r#"
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicy
    metadata:
      name: sidecar-required
      labels:
        env: test
    spec:
      failurePolicy: Fail
      matchConstraints:
        matchPolicy: Equivalent
        namespaceSelector:
          matchExpressions:
          - key: istio.io/rev
            operator: Exists
        objectSelector: {}
        resourceRules:
        - apiGroups:
          - ""
          apiVersions:
          - v1
          operations:
          - CREATE
          resources:
          - pods
          scope: "*"
      validations:
      - expression: object.spec.containers.exists(c, c.name == 'istio-proxy' && c.image != 'auto') || (has(object.spec.initContainers) && object.spec.initContainers.exists(c, c.name == 'istio-proxy'))
        message: "the pod has no istio-proxy: the control plane of the mesh is not there yet, is down, or was told not to inject it"
        reason: Forbidden
    ---
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicyBinding
    metadata:
      name: sidecar-required
      labels:
        env: test
    spec:
      policyName: sidecar-required
      validationActions:
      - Deny
    "#);
}

#[test]
fn nobody_reaches_its_pods_who_is_not_admitted() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.create_namespace(&Namespace::new(name!("depot")), &RULES);
    assert_snapshot!(shop.objects(&web, &["NetworkPolicy"]), @"
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: default-deny
      labels:
        env: test
      namespace: depot
    spec:
      podSelector: {}
      policyTypes:
      - Ingress
    ");
}

#[test]
fn one_that_denies_what_leaves_it_has_one_default_deny() {
    let shop = Shop::new();
    let web = shop.bundle_in(&Namespace::new(name!("depot")), name!("depot"));
    web.create_namespace(web.namespace(), &RULES);
    web.deny_by_default(&shop.prometheus());
    assert_eq!(
        shop.kinds(&web),
        ["Namespace", "AuthorizationPolicy", "NetworkPolicy", "NetworkPolicy"]
    );
}
