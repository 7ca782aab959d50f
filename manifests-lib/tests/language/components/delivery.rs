//! How Argo CD deploys bundles: Applications, projects, waves and what it never deletes.

use custom_resources::rabbitmq::v1beta1 as rabbitmq;
use helm_values::Nullable;
use insta::assert_snapshot;
use k8s_openapi::api::admissionregistration::v1 as admission;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::storage::v1 as storage;
use manifests_lib::delivery::gitops::IgnoredDifference;
use manifests_lib::delivery::{Kustomization, KustomizeImage};
use manifests_lib::model::{GroupKind, Namespace, named};
use manifests_lib::platform::BuiltPlatform;
use manifests_lib::values::gibibytes;
use manifests_lib::workload::{VolumeClaimTemplate, Workload};
use manifests_lib::{
    chart_version, git_commit, git_url, name, path, port, relative_path, repository, tag, uid,
};
use serde_json::json;

use crate::support::{
    NAMESPACE, NODES, RULES, Shop, Values, config_map, container, document, server, service, waves,
    with_chart, with_crds, with_values,
};

/// An object of a bundle of the App of Apps.
fn application(built: &BuiltPlatform, bundle: &str, name: &str) -> String {
    let resource = built
        .bundles
        .iter()
        .filter(|built| built.name.as_str() == bundle)
        .flat_map(|built| &built.resources)
        .find(|resource| resource.object_ref().name == name)
        .unwrap_or_else(|| panic!("no {name} in {bundle}"));
    document(resource)
}

#[test]
fn an_application_reads_the_folder_of_its_bundle() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    assert_snapshot!(application(&shop.build(), "team-parent", "web-application"), @r#"
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: web-application
      annotations:
        argocd.argoproj.io/sync-wave: "0"
      finalizers:
      - resources-finalizer.argocd.argoproj.io/foreground
      labels:
        env: test
      namespace: argocd
    spec:
      destination:
        namespace: shop
        server: https://kubernetes.default.svc
      project: team.web
      sources:
      - path: snapshots/test/web
        repoURL: https://example.com/manifests.git
        targetRevision: main
      syncPolicy:
        automated:
          prune: true
          selfHeal: true
        retry:
          backoff:
            duration: 5s
            factor: 2
            maxDuration: 1m
          limit: -1
          refresh: true
        syncOptions:
        - FailOnSharedResource=true
    "#);
}

#[test]
fn a_parent_reads_the_applications_of_its_bundles() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    assert_snapshot!(application(&shop.build(), "root", "team-parent-application"), @r#"
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: team-parent-application
      annotations:
        argocd.argoproj.io/compare-options: IgnoreExtraneous
        argocd.argoproj.io/sync-options: Prune=false,Delete=false
        argocd.argoproj.io/sync-wave: "0"
      labels:
        env: test
      namespace: argocd
    spec:
      destination:
        namespace: argocd
        server: https://kubernetes.default.svc
      project: root
      sources:
      - path: snapshots/test/team-parent
        repoURL: https://example.com/manifests.git
        targetRevision: main
      syncPolicy:
        automated:
          prune: true
          selfHeal: true
        retry:
          backoff:
            duration: 5s
            factor: 2
            maxDuration: 1m
          limit: -1
          refresh: true
        syncOptions:
        - FailOnSharedResource=true
    "#);
}

#[test]
fn a_chart_is_a_source_with_its_values() {
    let shop = Shop::new();
    let tool = shop.bundle_named(name!("tool"));
    with_chart(&tool);
    assert_snapshot!(application(&shop.build(), "team-parent", "tool-application"), @r#"
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: tool-application
      annotations:
        argocd.argoproj.io/sync-wave: "0"
      finalizers:
      - resources-finalizer.argocd.argoproj.io/foreground
      labels:
        env: test
      namespace: argocd
    spec:
      destination:
        namespace: shop
        server: https://kubernetes.default.svc
      project: team.tool
      sources:
      - chart: tool
        helm:
          releaseName: tool
          valuesObject:
            replicas: 2
        repoURL: https://example.com/charts
        targetRevision: 1.2.3
      syncPolicy:
        automated:
          prune: true
          selfHeal: true
        retry:
          backoff:
            duration: 5s
            factor: 2
            maxDuration: 5m
          limit: 7
          refresh: true
        syncOptions:
        - FailOnSharedResource=true
    "#);
}

/// In an object, an apply would take it for the order to remove the key.
#[test]
fn a_null_reaches_helm_in_a_text() {
    let shop = Shop::new();
    let tool = shop.bundle_named(name!("tool"));
    with_values(&tool, Values { shards: Some(Nullable::Unset), ..Values::default() });
    let application = application(&shop.build(), "team-parent", "tool-application");
    let (_, helm) = application.split_once("  sources:\n").expect("sources");
    let (helm, _) = helm.split_once("    repoURL").expect("a repository");
    assert_snapshot!(helm, @"
    - chart: tool
      helm:
        releaseName: tool
        values: |
          replicas: 0
          shards: null
    ");
}

#[test]
fn a_chart_that_installs_crds_is_applied_by_the_server_and_kept() {
    let shop = Shop::new();
    let tool = shop.bundle_named(name!("tool"));
    with_crds(&tool, "example.com");
    tool.add(config_map("settings"));
    assert_snapshot!(application(&shop.build(), "team-parent", "tool-application"), @r#"
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: tool-application
      annotations:
        argocd.argoproj.io/compare-options: IgnoreExtraneous
        argocd.argoproj.io/sync-options: Prune=false,Delete=false
        argocd.argoproj.io/sync-wave: "0"
      labels:
        env: test
      namespace: argocd
    spec:
      destination:
        namespace: shop
        server: https://kubernetes.default.svc
      project: team.tool
      sources:
      - chart: tool
        helm:
          releaseName: tool
          valuesObject:
            replicas: 2
        repoURL: https://example.com/charts
        targetRevision: 1.2.3
      - path: snapshots/test/tool
        repoURL: https://example.com/manifests.git
        targetRevision: main
      syncPolicy:
        automated:
          prune: false
          selfHeal: true
        retry:
          backoff:
            duration: 5s
            factor: 2
            maxDuration: 5m
          limit: 7
          refresh: true
        syncOptions:
        - FailOnSharedResource=true
        - ServerSideApply=true
    "#);
}

#[test]
fn a_kustomization_names_its_images_and_what_others_own() {
    let shop = Shop::new();
    let operator = shop.bundle_named(name!("operator"));
    operator.kustomization(Kustomization {
        repository: git_url!("https://example.com/operator.git"),
        release: tag!("v1.2.3"),
        commit: git_commit!("0123456789abcdef0123456789abcdef01234567"),
        path: relative_path!("config/default"),
        images: vec![KustomizeImage {
            name: repository!("example/operator-dev"),
            from: repository!("example/operator"),
            release: tag!("1.2.3"),
        }],
        exclude: vec![(GroupKind::cluster_scoped("", "Namespace"), name!("shop"))],
        pod_patch: Some(core::PodSpec {
            node_selector: Some(NODES.node_selector()),
            ..core::PodSpec::default()
        }),
        kinds: vec![GroupKind::namespaced("apps", "Deployment")],
        crd_groups: Vec::new(),
    });
    operator.ignore_difference(IgnoredDifference {
        kind: GroupKind::of::<admission::ValidatingWebhookConfiguration>(),
        name: Some(name!("operator")),
        fields: vec![".webhooks[].clientConfig.caBundle"],
    });
    assert_snapshot!(application(&shop.build(), "team-parent", "operator-application"), @r#"
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: operator-application
      annotations:
        argocd.argoproj.io/sync-wave: "0"
      finalizers:
      - resources-finalizer.argocd.argoproj.io/foreground
      labels:
        env: test
      namespace: argocd
    spec:
      destination:
        namespace: shop
        server: https://kubernetes.default.svc
      ignoreDifferences:
      - name: operator
        group: admissionregistration.k8s.io
        jqPathExpressions:
        - .webhooks[].clientConfig.caBundle
        kind: ValidatingWebhookConfiguration
      project: team.operator
      sources:
      - name: operator@v1.2.3
        kustomize:
          images:
          - example/operator-dev=example/operator:1.2.3
          patches:
          - patch: |
              $patch: delete
              kind: Namespace
              metadata:
                name: shop
            target:
              kind: Namespace
              name: shop
          - patch: |
              apiVersion: apps/v1
              kind: Deployment
              metadata:
                name: any
              spec:
                template:
                  spec:
                    nodeSelector:
                      example.com/group: app
            target:
              group: apps
              kind: Deployment
        path: config/default
        repoURL: https://example.com/operator.git
        targetRevision: 0123456789abcdef0123456789abcdef01234567
      syncPolicy:
        automated:
          prune: true
          selfHeal: true
        retry:
          backoff:
            duration: 5s
            factor: 2
            maxDuration: 5m
          limit: 7
          refresh: true
        syncOptions:
        - FailOnSharedResource=true
        - RespectIgnoreDifferences=true
    "#);
}

#[test]
fn a_project_admits_where_its_bundle_deploys_and_what_its_team_contains() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    web.add(config_map("settings"));
    let tool = shop.bundle_named(name!("tool"));
    with_chart(&tool).also_writes_to(&Namespace::new(name!("elsewhere")));
    assert_snapshot!(application(&shop.build(), "team-parent", "team.tool"), @r#"
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata:
      name: team.tool
      annotations:
        argocd.argoproj.io/compare-options: IgnoreExtraneous
        argocd.argoproj.io/sync-options: Prune=false,Delete=false
        argocd.argoproj.io/sync-wave: "-1"
      labels:
        env: test
      namespace: argocd
    spec:
      clusterResourceWhitelist: []
      description: Where tool deploys, and kinds that the bundles of team contain
      destinations:
      - namespace: elsewhere
        server: https://kubernetes.default.svc
      - namespace: shop
        server: https://kubernetes.default.svc
      namespaceResourceWhitelist:
      - group: ""
        kind: ConfigMap
      - group: ""
        kind: ServiceAccount
      - group: apps
        kind: Deployment
      sourceRepos:
      - https://example.com/charts
    "#);
}

#[test]
fn a_project_admits_the_namespaces_that_it_creates_by_name() {
    let shop = Shop::new();
    for name in [name!("tools"), name!("more-tools")] {
        let bundle = shop.bundle_in(&Namespace::new(name.clone()), name);
        bundle.create_namespace(bundle.namespace(), &RULES);
    }
    let project = application(&shop.build(), "team-parent", "team.tools");
    let (_, kinds) = project.split_once("spec:\n").expect("a project");
    let (kinds, _) = kinds.split_once("  description").expect("a description");
    assert_snapshot!(kinds, @r#"
    clusterResourceWhitelist:
    - name: tools
      group: ""
      kind: Namespace
    "#);
}

#[test]
fn the_project_of_applications_that_name_none_admits_nothing() {
    let shop = Shop::new();
    shop.bundle().add(config_map("settings"));
    assert_snapshot!(application(&shop.build(), "root", "default"), @r#"
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata:
      name: default
      annotations:
        argocd.argoproj.io/compare-options: IgnoreExtraneous
        argocd.argoproj.io/sync-options: Prune=false,Delete=false
        argocd.argoproj.io/sync-wave: "-1"
      labels:
        env: test
      namespace: argocd
    spec:
      clusterResourceWhitelist: []
      description: "Admits nothing: every Application names another project"
      destinations: []
      namespaceResourceBlacklist:
      - group: "*"
        kind: "*"
      sourceRepos: []
    "#);
}

/// Helm has installed Argo CD before it could deploy itself.
#[test]
fn argo_cd_takes_over_what_helm_has_installed() {
    let shop = Shop::new();
    let tool = shop.bundle_named(name!("tool"));
    with_crds(&tool, "argoproj.io");
    let application = application(&shop.build(), "team-parent", "tool-application");
    let (annotations, _) = application.split_once("  labels:").expect("labels");
    let (_, annotations) = annotations.split_once("annotations:\n").expect("annotations");
    assert_snapshot!(annotations, @r#"
    argocd.argoproj.io/client-side-apply-migration-manager: helm
    argocd.argoproj.io/compare-options: IgnoreExtraneous
    argocd.argoproj.io/sync-options: Prune=false,Delete=false
    argocd.argoproj.io/sync-wave: "0"
    "#);
}

#[test]
fn who_may_create_applications_belongs_to_root() {
    let shop = Shop::new();
    let group = shop.team().applications(name!("group"));
    server(&group.bundle(name!("web"), &NAMESPACE).app(&NODES));
    let built = shop.build();
    assert_snapshot!(application(&built, "team-parent", "group-application"), @r#"
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: group-application
      annotations:
        argocd.argoproj.io/compare-options: IgnoreExtraneous
        argocd.argoproj.io/sync-options: Prune=false,Delete=false
        argocd.argoproj.io/sync-wave: "0"
      labels:
        env: test
      namespace: argocd
    spec:
      destination:
        namespace: argocd
        server: https://kubernetes.default.svc
      project: root
      sources:
      - path: snapshots/test/group
        repoURL: https://example.com/manifests.git
        targetRevision: main
      syncPolicy:
        automated:
          prune: true
          selfHeal: true
        retry:
          backoff:
            duration: 5s
            factor: 2
            maxDuration: 1m
          limit: -1
          refresh: true
        syncOptions:
        - FailOnSharedResource=true
    "#);
    assert_snapshot!(application(&built, "root", "root"), @r#"
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata:
      name: root
      annotations:
        argocd.argoproj.io/compare-options: IgnoreExtraneous
        argocd.argoproj.io/sync-options: Prune=false,Delete=false
        argocd.argoproj.io/sync-wave: "-1"
      labels:
        env: test
      namespace: argocd
    spec:
      clusterResourceWhitelist: []
      description: What the bundles of root contain
      destinations:
      - namespace: argocd
        server: https://kubernetes.default.svc
      namespaceResourceWhitelist:
      - group: argoproj.io
        kind: AppProject
      - group: argoproj.io
        kind: Application
      sourceRepos:
      - https://example.com/manifests.git
    "#);
}

#[test]
fn bundles_are_deployed_after_what_they_need() {
    let shop = Shop::new();
    let namespaces = shop.bundle_in(&Namespace::new(name!("tools")), name!("namespaces"));
    namespaces.create_namespace(namespaces.namespace(), &RULES);
    let group = shop.team().applications(name!("group"));
    with_crds(&group.bundle(name!("crds"), &NAMESPACE), "example.com");
    let tool = group.bundle(name!("tool"), namespaces.namespace());
    with_chart(&tool);
    let last = shop.bundle();
    server(&last.app(&NODES));
    last.after(&tool);
    assert_snapshot!(waves(&shop.build()), @"
    0 crds-application
    0 namespaces-application
    0 root-application
    0 team-parent-application
    0 tool-application
    1 group-application
    2 web-application
    ");
}

/// Argo CD does not wait for the last wave, so that what is not healthy there holds up nobody.
#[test]
fn what_nobody_waits_for_is_deployed_last() {
    let shop = Shop::new();
    let [first, second, alone] =
        [name!("first"), name!("second"), name!("alone")].map(|name| shop.bundle_named(name));
    for (bundle, settings) in [(&first, "one"), (&second, "two"), (&alone, "three")] {
        bundle.add(config_map(settings));
    }
    second.after(&first);
    let above = shop.platform().bundle(name!("above"), &NAMESPACE);
    above.add(config_map("four"));
    above.after(&second);
    assert_snapshot!(waves(&shop.build()), @"
    0 first-application
    0 team-parent-application
    1 above-application
    1 alone-application
    1 root-application
    1 second-application
    ");
}

#[test]
fn claims_are_deployed_after_their_storage_class() {
    let class = |name: &str| storage::StorageClass {
        metadata: config_map(name).metadata,
        provisioner: "example.com/disks".to_owned(),
        ..storage::StorageClass::default()
    };
    let claim = |name: &str, class: &str| core::PersistentVolumeClaim {
        metadata: config_map(name).metadata,
        spec: Some(core::PersistentVolumeClaimSpec {
            storage_class_name: Some(class.to_owned()),
            ..core::PersistentVolumeClaimSpec::default()
        }),
        status: None,
    };
    let shop = Shop::new();
    let disks = shop.bundle_named(name!("disks"));
    disks.add(class("fast"));
    let ours = shop.bundle_named(name!("ours"));
    ours.add(claim("data", "fast"));
    let of_a_stateful_set = shop.bundle_named(name!("of-a-stateful-set"));
    let stateful_set = of_a_stateful_set.app(&NODES).stateful_set(1);
    let store = stateful_set.container(container());
    stateful_set.governed_by(&store.expose_tcp(port!(80)));
    let data = stateful_set.volume_claim_template(VolumeClaimTemplate {
        name: name!("data"),
        size: gibibytes(1),
        storage_class: name!("fast"),
        owner: uid!(1000),
    });
    store.mount(&data, path!("/data"));
    let of_scratch = shop.bundle_named(name!("of-scratch"));
    let scratch = claim("scratch", "fast").spec.unwrap_or_default();
    server(&of_scratch.app(&NODES));
    of_scratch.patch(move |deployment: &mut apps::Deployment| {
        let template = &mut deployment.spec.get_or_insert_default().template;
        let volume = core::Volume {
            name: "scratch".to_owned(),
            ephemeral: Some(core::EphemeralVolumeSource {
                volume_claim_template: Some(core::PersistentVolumeClaimTemplate {
                    metadata: None,
                    spec: scratch.clone(),
                }),
            }),
            ..core::Volume::default()
        };
        template.spec.get_or_insert_default().volumes = Some(vec![volume]);
    });
    let of_a_broker = shop.bundle_named(name!("of-a-broker"));
    of_a_broker.add(rabbitmq::RabbitmqCluster {
        metadata: named("rabbit"),
        spec: Some(rabbitmq::RabbitmqClusterSpec {
            persistence: Some(rabbitmq::RabbitmqClusterPersistence {
                storage_class_name: Some("fast".to_owned()),
                ..rabbitmq::RabbitmqClusterPersistence::default()
            }),
            ..rabbitmq::RabbitmqClusterSpec::default()
        }),
    });
    let of_a_chart = shop.bundle_named(name!("of-a-chart"));
    let settings = json!({ "claims": [{ "spec": { "storageClassName": "fast" } }] });
    with_values(&of_a_chart, Values { settings: Some(settings), ..Values::default() });
    let of_the_cluster = shop.bundle_named(name!("of-the-cluster"));
    of_the_cluster.add(claim("more-data", "standard"));
    assert_snapshot!(waves(&shop.build()), @"
    0 disks-application
    0 root-application
    0 team-parent-application
    1 of-a-broker-application
    1 of-a-chart-application
    1 of-a-stateful-set-application
    1 of-scratch-application
    1 of-the-cluster-application
    1 ours-application
    ");
}

#[test]
fn a_crd_that_comes_with_the_bundle_does_not_stop_its_sync() {
    let shop = Shop::new();
    let tool = shop.bundle();
    with_crds(&tool, "networking.istio.io");
    service(&tool.app(&NODES)).mesh_route();
    assert_snapshot!(shop.part(&tool, "VirtualService", "/metadata/annotations"), @"argocd.argoproj.io/sync-options: SkipDryRunOnMissingResource=true");
}

#[test]
fn what_is_kept_is_never_pruned() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    web.never_prune();
    assert_snapshot!(application(&shop.build(), "team-parent", "web-application"), @r#"
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: web-application
      annotations:
        argocd.argoproj.io/compare-options: IgnoreExtraneous
        argocd.argoproj.io/sync-options: Prune=false,Delete=false
        argocd.argoproj.io/sync-wave: "0"
      labels:
        env: test
      namespace: argocd
    spec:
      destination:
        namespace: shop
        server: https://kubernetes.default.svc
      project: team.web
      sources:
      - path: snapshots/test/web
        repoURL: https://example.com/manifests.git
        targetRevision: main
      syncPolicy:
        automated:
          prune: false
          selfHeal: true
        retry:
          backoff:
            duration: 5s
            factor: 2
            maxDuration: 1m
          limit: -1
          refresh: true
        syncOptions:
        - FailOnSharedResource=true
    "#);
}

#[test]
fn what_takes_over_does_not_refuse_objects_of_another_application() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    web.adopt();
    let application = application(&shop.build(), "team-parent", "web-application");
    let (_, policy) = application.split_once("refresh: true\n").expect("a policy");
    assert_snapshot!(policy, @"");
}

#[test]
fn a_chart_may_be_of_another_release_for_a_time() {
    let shop = Shop::new();
    let web = shop.bundle();
    with_chart(&web).release(&chart_version!("1.1.7"));
    let application = application(&shop.build(), "team-parent", "web-application");
    assert!(application.contains("targetRevision: 1.1.7\n"), "{application}");
}
