use insta::assert_snapshot;
use manifests_lib::model::SelectorLabels;
use manifests_lib::values::{mebibytes, millicores, seconds};
use manifests_lib::workload::{PortlessContainer, Resources, Workload};
use manifests_lib::{name, public_image, uid};

use crate::support::{NODES, Shop, container, deployment, server};

#[test]
fn is_a_deployment_that_starts_the_new_before_it_stops_the_old() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    assert_snapshot!(shop.objects(&web, &["Deployment"]), @"
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web-app-deployment
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      replicas: 1
      revisionHistoryLimit: 5
      selector:
        matchLabels:
          app: web
          component: app
          env: test
      strategy:
        rollingUpdate:
          maxSurge: 1
          maxUnavailable: 0
        type: RollingUpdate
      template:
        metadata:
          labels:
            app: web
            component: app
            env: test
        spec:
          automountServiceAccountToken: false
          containers:
          - name: server
            image: web-server:1.0
            imagePullPolicy: Never
            livenessProbe:
              failureThreshold: 6
              periodSeconds: 10
              tcpSocket:
                port: 8080
              timeoutSeconds: 2
            ports:
            - containerPort: 8080
              protocol: TCP
            readinessProbe:
              failureThreshold: 3
              periodSeconds: 5
              tcpSocket:
                port: 8080
              timeoutSeconds: 2
            resources:
              limits:
                memory: 64Mi
              requests:
                cpu: 100m
                memory: 64Mi
            securityContext:
              allowPrivilegeEscalation: false
              capabilities:
                drop:
                - ALL
              readOnlyRootFilesystem: true
              runAsGroup: 1000
              runAsUser: 1000
            startupProbe:
              failureThreshold: 150
              periodSeconds: 2
              tcpSocket:
                port: 8080
              timeoutSeconds: 2
          enableServiceLinks: false
          nodeSelector:
            example.com/group: app
          securityContext:
            runAsNonRoot: true
            seccompProfile:
              type: RuntimeDefault
          serviceAccountName: web-app-service-account
    ");
}

#[test]
fn has_an_identity_of_its_own_whose_token_is_not_mounted() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    assert_snapshot!(shop.objects(&web, &["ServiceAccount"]), @"
    apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: web-app-service-account
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    automountServiceAccountToken: false
    ");
}

#[test]
fn one_replica_has_nothing_to_spread_and_nothing_to_protect() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    assert_eq!(shop.kinds(&web), ["Deployment", "ServiceAccount"]);
}

#[test]
fn several_replicas_are_spread_and_evicted_one_at_a_time() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.app(&NODES).deployment(2).container(container());
    assert_snapshot!(shop.objects(&web, &["PodDisruptionBudget"]), @"
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata:
      name: web-app-pod-disruption-budget
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      maxUnavailable: 1
      selector:
        matchLabels:
          app: web
          component: app
          env: test
      unhealthyPodEvictionPolicy: AlwaysAllow
    ");
    let spread = "/spec/template/spec/topologySpreadConstraints";
    assert_snapshot!(shop.part(&web, "Deployment", spread), @"
    - labelSelector:
        matchLabels:
          app: web
          component: app
      maxSkew: 1
      topologyKey: topology.kubernetes.io/zone
      whenUnsatisfiable: ScheduleAnyway
    - labelSelector:
        matchLabels:
          app: web
          component: app
      maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
    ");
}

#[test]
fn an_older_selector_stays_and_the_pods_keep_all_labels() {
    let shop = Shop::new();
    let web = shop.bundle();
    let deployment = web.app(&NODES).deployment(2);
    deployment.selector(SelectorLabels::App);
    deployment.container(container());
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/selector"), @"
    matchLabels:
      app: web
    ");
    assert_snapshot!(shop.part(&web, "PodDisruptionBudget", "/spec/selector"), @"
    matchLabels:
      app: web
    ");
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/metadata/labels"), @"
    app: web
    component: app
    env: test
    ");
}

#[test]
fn a_portless_container_has_no_port_and_no_probe() {
    let shop = Shop::new();
    let web = shop.bundle();
    let shell = web.app(&NODES).deployment(1).portless_container(PortlessContainer {
        name: name!("shell"),
        image: public_image!(
            "busybox:1.37@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        )
        .into(),
        resources: Resources { cpu: millicores(10), memory: mebibytes(16) },
        user: uid!(1000),
    });
    shell.command(["sleep", "infinity"]);
    assert_snapshot!(shop.container_part(&web, ""), @"
    command:
    - sleep
    - infinity
    image: busybox:1.37@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    imagePullPolicy: IfNotPresent
    name: shell
    resources:
      limits:
        memory: 16Mi
      requests:
        cpu: 10m
        memory: 16Mi
    securityContext:
      allowPrivilegeEscalation: false
      capabilities:
        drop:
        - ALL
      readOnlyRootFilesystem: true
      runAsGroup: 1000
      runAsUser: 1000
    ");
}

#[test]
fn pods_that_start_slowly_are_waited_for() {
    let shop = Shop::new();
    let web = shop.bundle();
    let deployment = deployment(&web.app(&NODES));
    deployment.container(container()).startup_time(seconds(900));
    deployment.min_ready(seconds(30));
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/progressDeadlineSeconds"), @"1530");
}
