use insta::assert_snapshot;
use manifests_lib::model::Component;
use manifests_lib::values::gibibytes;
use manifests_lib::workload::{
    Container, LocalVolume, LocalVolumeHandle, LocalVolumeNames, Workload,
};
use manifests_lib::{name, path, port};

use crate::support::{NODES, Shop, container, deployment, server};

fn folder() -> LocalVolume {
    LocalVolume { path: path!("/data/web"), size: gibibytes(2) }
}

fn sources(component: &Component) -> LocalVolumeHandle {
    component.local_volume(folder())
}

#[test]
fn volume_and_claim_belong_to_each_other_alone() {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = sources(&web.app(&NODES));
    assert_snapshot!(shop.objects(&web, &["PersistentVolume", "PersistentVolumeClaim"]), @r#"
    apiVersion: v1
    kind: PersistentVolume
    metadata:
      name: web-app-persistent-volume
      annotations:
        argocd.argoproj.io/compare-options: IgnoreExtraneous
        argocd.argoproj.io/sync-options: Prune=false,Delete=false
      labels:
        app: web
        component: app
        env: test
    spec:
      accessModes:
      - ReadWriteOnce
      capacity:
        storage: 2Gi
      claimRef:
        kind: PersistentVolumeClaim
        name: web-app-host-path-persistent-volume-claim
        namespace: shop
      local:
        path: /data/web
      nodeAffinity:
        required:
          nodeSelectorTerms:
          - matchExpressions:
            - key: example.com/group
              operator: In
              values:
              - app
      persistentVolumeReclaimPolicy: Retain
    ---
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata:
      name: web-app-host-path-persistent-volume-claim
      annotations:
        argocd.argoproj.io/compare-options: IgnoreExtraneous
        argocd.argoproj.io/sync-options: Prune=false,Delete=false
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      accessModes:
      - ReadWriteOnce
      resources:
        requests:
          storage: 2Gi
      storageClassName: ""
      volumeName: web-app-persistent-volume
    "#);
}

#[test]
fn two_containers_mount_one_volume() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let volume = sources(&app);
    let deployment = deployment(&app);
    let first = deployment.container(container());
    let second =
        deployment.container(Container { name: name!("second"), port: port!(9000), ..container() });
    first.mount(&volume, path!("/src"));
    second.mount(&volume, path!("/var/www"));
    assert_snapshot!(shop.container_part(&web, "/volumeMounts"), @"
    - name: web-app-persistent-volume
      mountPath: /src
    ");
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/spec/volumes"), @"
    - name: web-app-persistent-volume
      persistentVolumeClaim:
        claimName: web-app-host-path-persistent-volume-claim
    ");
}

#[test]
fn older_names_stay_in_all_three_places() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let names = LocalVolumeNames { volume: name!("old-volume"), claim: name!("old-claim") };
    let volume = app.local_volume_named(names, folder());
    server(&app).mount(&volume, path!("/src"));
    assert_snapshot!(shop.part(&web, "PersistentVolume", "/spec/claimRef/name"), @"old-claim");
    assert_snapshot!(shop.part(&web, "PersistentVolumeClaim", "/spec/volumeName"), @"old-volume");
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/spec/volumes"), @"
    - name: old-volume
      persistentVolumeClaim:
        claimName: old-claim
    ");
}
