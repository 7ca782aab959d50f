use insta::assert_snapshot;
use manifests_lib::values::gibibytes;
use manifests_lib::workload::{VolumeClaim, Workload};
use manifests_lib::{name, path, uid};

use crate::support::{NODES, Shop, container, deployment};

fn claim() -> VolumeClaim {
    VolumeClaim {
        name: name!("uploads"),
        size: gibibytes(2),
        storage_class: name!("fast"),
        owner: uid!(2000),
    }
}

#[test]
fn outlives_the_one_pod_that_writes_to_it() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let uploads = app.volume_claim(claim());
    let deployment = deployment(&app);
    deployment.recreate();
    deployment.container(container()).mount(&uploads, path!("/uploads"));
    assert_snapshot!(shop.objects(&web, &["PersistentVolumeClaim"]), @"
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata:
      name: web-app-persistent-volume-claim-uploads
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
      storageClassName: fast
    ");
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/strategy"), @"type: Recreate");
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/spec/securityContext/fsGroup"), @"2000");
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/spec/volumes"), @"
    - name: uploads
      persistentVolumeClaim:
        claimName: web-app-persistent-volume-claim-uploads
    ");
    assert_snapshot!(shop.container_part(&web, "/volumeMounts"), @"
    - name: uploads
      mountPath: /uploads
    ");
}

#[test]
fn two_pods_at_a_time_are_refused() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    deployment(&app).container(container()).mount(&app.volume_claim(claim()), path!("/uploads"));
    let other = web.component(name!("other"), &NODES);
    let several = other.deployment(2);
    several.recreate();
    several.container(container()).mount(&other.volume_claim(claim()), path!("/uploads"));
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/volume_claim.rs:N: the claim web-app-persistent-volume-claim-uploads is for one pod at a time, and web-app-deployment can have two: a new pod starts before the old one stops: stop it first (`recreate`), or the second pod waits for the volume forever on another node, and writes beside the first one on the same (see also manifests-lib/tests/language/components/volume_claim.rs:N) [shared-claim]
    manifests-lib/tests/language/components/volume_claim.rs:N: the claim web-other-persistent-volume-claim-uploads is for one pod at a time, and web-other-deployment can have two: several pods of it run at once: run one, or the second pod waits for the volume forever on another node, and writes beside the first one on the same (see also manifests-lib/tests/language/components/volume_claim.rs:N) [shared-claim]
    ");
}
