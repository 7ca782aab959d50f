use insta::assert_snapshot;
use manifests_lib::model::{Bundle, SelectorLabels};
use manifests_lib::values::gibibytes;
use manifests_lib::workload::{StatefulSet, VolumeClaimTemplate, Workload};
use manifests_lib::{name, path, port, uid};

use crate::support::{NODES, Shop, container};

fn store() -> (Shop, Bundle, StatefulSet) {
    let shop = Shop::new();
    let web = shop.bundle();
    let stateful_set = web.component(name!("store"), &NODES).stateful_set(1);
    let data = stateful_set.volume_claim_template(VolumeClaimTemplate {
        name: name!("data"),
        size: gibibytes(5),
        storage_class: name!("fast"),
        owner: uid!(999),
    });
    let store = stateful_set.container(container());
    store.mount(&data, path!("/data"));
    let service = store.expose_tcp(port!(6379));
    stateful_set.governed_by(&service);
    (shop, web, stateful_set)
}

#[test]
fn keeps_its_name_and_its_data() {
    let (shop, web, _) = store();
    assert_snapshot!(shop.objects(&web, &["StatefulSet"]), @"
    apiVersion: apps/v1
    kind: StatefulSet
    metadata:
      name: web-store-stateful-set
      labels:
        app: web
        component: store
        env: test
      namespace: shop
    spec:
      persistentVolumeClaimRetentionPolicy:
        whenDeleted: Retain
        whenScaled: Retain
      replicas: 1
      revisionHistoryLimit: 5
      selector:
        matchLabels:
          app: web
          component: store
      serviceName: web-store-service
      template:
        metadata:
          labels:
            app: web
            component: store
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
            volumeMounts:
            - name: data
              mountPath: /data
          enableServiceLinks: false
          nodeSelector:
            example.com/group: app
          securityContext:
            fsGroup: 999
            runAsNonRoot: true
            seccompProfile:
              type: RuntimeDefault
          serviceAccountName: web-store-service-account
      volumeClaimTemplates:
      - apiVersion: v1
        kind: PersistentVolumeClaim
        metadata:
          name: data
          labels:
            app: web
            component: store
            env: test
        spec:
          accessModes:
          - ReadWriteOnce
          resources:
            requests:
              storage: 5Gi
          storageClassName: fast
    ");
}

#[test]
fn its_service_names_each_pod() {
    let (shop, web, _) = store();
    assert_snapshot!(shop.objects(&web, &["Service"]), @"
    apiVersion: v1
    kind: Service
    metadata:
      name: web-store-service
      labels:
        app: web
        component: store
        env: test
      namespace: shop
    spec:
      clusterIP: None
      ports:
      - name: tcp-web
        appProtocol: tcp
        port: 6379
        protocol: TCP
        targetPort: 8080
      selector:
        app: web
        component: store
      type: ClusterIP
    ");
}

#[test]
fn has_an_identity_of_its_own() {
    let (shop, web, _) = store();
    assert_snapshot!(shop.part(&web, "ServiceAccount", "/metadata/name"), @"web-store-service-account");
}

#[test]
fn an_older_selector_stays() {
    let (shop, web, stateful_set) = store();
    stateful_set.selector(SelectorLabels::AppComponentEnvironment);
    assert_snapshot!(shop.part(&web, "StatefulSet", "/spec/selector"), @"
    matchLabels:
      app: web
      component: store
      env: test
    ");
}
