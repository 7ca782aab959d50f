use custom_resources::argoproj::v1alpha1 as argo;
use custom_resources::external_secrets::generators::v1alpha1 as generators;
use custom_resources::external_secrets::v1 as external_secrets;
use insta::assert_snapshot;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::coordination::v1 as coordination;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::rbac::v1 as rbac;
use manifests_lib::cluster::{ApiServer, Role, RoleRule, Subresource, Verb};
use manifests_lib::name;

use crate::support::{API_SERVER, NODES, Shop, listed, server};

fn role(rules: Vec<RoleRule>, api_server: &ApiServer) -> Role<'_> {
    Role { rules, reason: "elects a leader", api_server }
}

#[test]
fn a_role_is_for_the_account_of_its_component_whose_pods_carry_a_token() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    server(&app);
    app.role(role(
        vec![
            RoleRule::of::<coordination::Lease>([Verb::Update, Verb::Get]).named([name!("leader")]),
            RoleRule::of::<core::Pod>([Verb::Get]).subresource(Subresource::Log),
        ],
        &API_SERVER,
    ));
    assert_snapshot!(shop.objects(&web, &["Role", "RoleBinding", "ServiceAccount"]), @r#"
    apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: web-app-service-account
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    automountServiceAccountToken: true
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata:
      name: web-app-role
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    rules:
    - apiGroups:
      - coordination.k8s.io
      resourceNames:
      - leader
      resources:
      - leases
      verbs:
      - get
      - update
    - apiGroups:
      - ""
      resources:
      - pods/log
      verbs:
      - get
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata:
      name: web-app-role-binding
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    roleRef:
      apiGroup: rbac.authorization.k8s.io
      kind: Role
      name: web-app-role
    subjects:
    - name: web-app-service-account
      kind: ServiceAccount
      namespace: shop
    "#);
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/spec/automountServiceAccountToken"), @"true");
    let exceptions = shop.build().bundles.into_iter().flat_map(|bundle| bundle.exceptions);
    let exceptions: Vec<_> = exceptions.map(|exception| exception.to_string()).collect();
    assert_snapshot!(exceptions.join("\n"), @"web-app-deployment/server: carries a token of its ServiceAccount: elects a leader");
}

#[test]
fn a_role_of_the_cluster_has_the_name_of_its_namespace() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    server(&app);
    app.cluster_role(role(
        vec![RoleRule::of::<core::Node>([Verb::List, Verb::Watch])],
        &API_SERVER,
    ));
    assert_snapshot!(shop.objects(&web, &["ClusterRole", "ClusterRoleBinding"]), @r#"
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata:
      name: shop-web-app
      labels:
        app: web
        component: app
        env: test
    rules:
    - apiGroups:
      - ""
      resources:
      - nodes
      verbs:
      - list
      - watch
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRoleBinding
    metadata:
      name: shop-web-app
      labels:
        app: web
        component: app
        env: test
    roleRef:
      apiGroup: rbac.authorization.k8s.io
      kind: ClusterRole
      name: shop-web-app
    subjects:
    - name: web-app-service-account
      kind: ServiceAccount
      namespace: shop
    "#);
}

#[test]
fn pods_with_a_role_may_send_to_the_api_server() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.deny_by_default(&shop.prometheus());
    let app = web.app(&NODES);
    server(&app);
    app.role(role(vec![RoleRule::of::<core::ConfigMap>([Verb::Get])], &API_SERVER));
    let policies = shop.objects(&web, &["NetworkPolicy"]);
    let own = policies.split("---\n").find(|it| it.contains("web-app-egress")).expect("a policy");
    assert_snapshot!(own.split("policyTypes").next().expect("a part"), @"
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web-app-egress-network-policy
      labels:
        app: web
        component: app
        env: test
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
      - ports:
        - port: 443
          protocol: TCP
        to:
        - ipBlock:
            cidr: 10.0.0.0/16
      podSelector:
        matchLabels:
          app: web
          component: app
    ");
    assert_snapshot!(shop.part(&web, "Sidecar", "/spec/egress"), @"
    - hosts:
      - default/kubernetes.default.svc.cluster.local
    ");
}

#[test]
fn what_a_role_must_not_or_cannot_allow() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    server(&app);
    app.role(role(
        vec![
            RoleRule::of::<core::Secret>([Verb::Get]).named([name!("login")]),
            RoleRule::of::<core::Secret>([Verb::Get]),
            RoleRule::of::<core::Secret>([Verb::List]).because("counts them"),
            RoleRule::of::<core::Pod>([Verb::Create]).subresource(Subresource::Exec),
            RoleRule::of::<apps::Deployment>([Verb::Patch]),
            RoleRule::of::<rbac::RoleBinding>([Verb::Create]),
            RoleRule::of::<core::Node>([Verb::Get]),
            RoleRule::of::<core::ConfigMap>([Verb::Create]).named([name!("state")]),
            RoleRule::of::<core::ConfigMap>([]),
            RoleRule::of::<core::Pod>([Verb::Create]).because(" "),
        ],
        &API_SERVER,
    ));
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/role.rs:N: the component would have more rights than the rule about Secret says: it reads all Secrets, those of others too; name the objects, ask for fewer verbs, or say why (`because`) [too-many-rights]
    manifests-lib/tests/language/components/role.rs:N: the component would have more rights than the rule about Pod says: it enters containers, and has what is in them; name the objects, ask for fewer verbs, or say why (`because`) [too-many-rights]
    manifests-lib/tests/language/components/role.rs:N: the component would have more rights than the rule about Deployment says: it runs pods as any account, with any Secret; name the objects, ask for fewer verbs, or say why (`because`) [too-many-rights]
    manifests-lib/tests/language/components/role.rs:N: the component would have more rights than the rule about RoleBinding says: it changes who may do what; name the objects, ask for fewer verbs, or say why (`because`) [too-many-rights]
    manifests-lib/tests/language/components/role.rs:N: Node is in no namespace, and a Role of one allows nothing about it: ask for it by `cluster_role` [mismatched-rights]
    manifests-lib/tests/language/components/role.rs:N: a request to create names no ConfigMap, so that a rule with names never allows it: write a rule without names for it [mismatched-rights]
    manifests-lib/tests/language/components/role.rs:N: the rule about ConfigMap has no verb and allows nothing: name one, or remove the rule [mismatched-rights]
    manifests-lib/tests/language/components/role.rs:N: the rule about Pod has an empty reason: say why [missing-reason]
    ");
}

#[test]
fn what_leads_to_secrets_by_a_way_around() {
    let shop = Shop::new();
    let app = shop.bundle().app(&NODES);
    server(&app);
    let login = || [name!("login")];
    let secrets = |verb| RoleRule::of::<core::Secret>([verb]);
    app.role(role(
        vec![
            secrets(Verb::Update).named(login()),
            secrets(Verb::Patch).named(login()),
            secrets(Verb::Delete).named(login()),
            RoleRule::of::<core::ReplicationController>([Verb::Get, Verb::Delete]),
            RoleRule::of::<external_secrets::ExternalSecret>([Verb::Get]),
            RoleRule::of::<argo::Application>([Verb::List]),
        ],
        &API_SERVER,
    ));
    assert_eq!(listed(&shop.errors()), "");
    let other = shop.bundle_named(name!("other")).app(&NODES);
    server(&other);
    other.role(role(
        vec![
            secrets(Verb::Update),
            secrets(Verb::Patch),
            secrets(Verb::Delete),
            secrets(Verb::DeleteCollection),
            secrets(Verb::Create),
            RoleRule::of::<core::ReplicationController>([Verb::Create]),
            RoleRule::of::<external_secrets::ExternalSecret>([Verb::Create]),
            RoleRule::of::<generators::Password>([Verb::Patch]),
            RoleRule::of::<argo::Application>([Verb::Patch]),
        ],
        &API_SERVER,
    ));
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/role.rs:N: the component would have more rights than the rule about Secret says: it replaces all Secrets, those of others too; name the objects, ask for fewer verbs, or say why (`because`) [too-many-rights]
    manifests-lib/tests/language/components/role.rs:N: the component would have more rights than the rule about Secret says: it reads all Secrets, those of others too; name the objects, ask for fewer verbs, or say why (`because`) [too-many-rights]
    manifests-lib/tests/language/components/role.rs:N: the component would have more rights than the rule about Secret says: it reads all Secrets, those of others too; name the objects, ask for fewer verbs, or say why (`because`) [too-many-rights]
    manifests-lib/tests/language/components/role.rs:N: the component would have more rights than the rule about Secret says: it reads all Secrets, those of others too; name the objects, ask for fewer verbs, or say why (`because`) [too-many-rights]
    manifests-lib/tests/language/components/role.rs:N: the component would have more rights than the rule about Secret says: a Secret that it makes may ask for a token of any account of the namespace; name the objects, ask for fewer verbs, or say why (`because`) [too-many-rights]
    manifests-lib/tests/language/components/role.rs:N: the component would have more rights than the rule about ReplicationController says: it runs pods as any account, with any Secret; name the objects, ask for fewer verbs, or say why (`because`) [too-many-rights]
    manifests-lib/tests/language/components/role.rs:N: the component would have more rights than the rule about ExternalSecret says: it fetches secrets of others, or replaces them; name the objects, ask for fewer verbs, or say why (`because`) [too-many-rights]
    manifests-lib/tests/language/components/role.rs:N: the component would have more rights than the rule about Password says: it fetches secrets of others, or replaces them; name the objects, ask for fewer verbs, or say why (`because`) [too-many-rights]
    manifests-lib/tests/language/components/role.rs:N: the component would have more rights than the rule about Application says: Argo CD applies whatever it asks for, with Argo CD's rights; name the objects, ask for fewer verbs, or say why (`because`) [too-many-rights]
    ");
}
