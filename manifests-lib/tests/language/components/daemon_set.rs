use insta::assert_snapshot;
use manifests_lib::workload::Workload;

use crate::support::{NODES, Shop, container};

#[test]
fn is_a_daemon_set_whose_pods_are_replaced_node_by_node() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.app(&NODES).daemon_set().container(container());
    assert_snapshot!(shop.objects(&web, &["DaemonSet"]), @"
    apiVersion: apps/v1
    kind: DaemonSet
    metadata:
      name: web-app-daemon-set
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      revisionHistoryLimit: 5
      selector:
        matchLabels:
          app: web
          component: app
          env: test
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
      updateStrategy:
        rollingUpdate:
          maxSurge: 0
          maxUnavailable: 1
        type: RollingUpdate
    ");
}

#[test]
fn drains_leave_it_alone() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.app(&NODES).daemon_set().container(container());
    assert_eq!(shop.kinds(&web), ["DaemonSet", "ServiceAccount"]);
}

#[test]
fn runs_on_all_nodes_where_said() {
    let shop = Shop::new();
    let web = shop.bundle();
    let agent = web.app(&NODES).daemon_set();
    agent.container(container());
    agent.on_all_nodes();
    let resources = shop.resources(&web);
    let json = resources[0].to_json().expect("finite numbers");
    assert!(json.pointer("/spec/template/spec/nodeSelector").is_none(), "{json}");
}

#[test]
fn is_exposed_like_any_other() {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ =
        web.app(&NODES).daemon_set().container(container()).expose_http(manifests_lib::port!(80));
    assert_eq!(shop.kinds(&web), ["DaemonSet", "ServiceAccount", "Service"]);
}
