use insta::assert_snapshot;
use manifests_lib::model::Bundle;
use manifests_lib::values::{gibibytes, seconds};
use manifests_lib::workload::{
    Concurrency, CronJob, Job, LongRunning, RunsToCompletion, VolumeClaim, Workload,
};
use manifests_lib::{name, path, schedule, time_zone, uid};

use crate::support::{NODES, Shop, container, deployment, task};

fn nightly(concurrency: Concurrency) -> CronJob {
    CronJob {
        schedule: schedule!("17 3 * * *"),
        time_zone: time_zone!("Etc/UTC"),
        concurrency,
        starting_deadline: seconds(600),
        active_deadline: seconds(3600),
    }
}

/// When Argo CD applies each object.
fn annotations(shop: &Shop, bundle: &Bundle) -> String {
    let mut lines = Vec::new();
    for resource in shop.resources(bundle) {
        let json = resource.to_json().expect("finite numbers");
        let annotations = &json["metadata"]["annotations"];
        for key in ["argocd.argoproj.io/hook", "argocd.argoproj.io/sync-wave"] {
            if let Some(value) = annotations[key].as_str() {
                lines.push(format!("{}: {key}={value}", resource.object_ref()));
            }
        }
    }
    lines.join("\n")
}

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

#[test]
fn runs_of_jobs_that_meet_are_refused() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let job = app.job(Job { active_deadline: seconds(600) });
    job.portless_container(task()).mount(&app.volume_claim(claim()), path!("/uploads"));
    job.parallelism(2);
    for concurrency in [Concurrency::Allow, Concurrency::Replace, Concurrency::Forbid] {
        let name = match concurrency {
            Concurrency::Allow => name!("allow"),
            Concurrency::Replace => name!("replace"),
            Concurrency::Forbid => name!("forbid"),
        };
        let component = web.component(name, &NODES);
        let night = component.cron_job(nightly(concurrency));
        night.portless_container(task()).mount(&component.volume_claim(claim()), path!("/uploads"));
    }
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/volume_claim.rs:N: the claim web-app-persistent-volume-claim-uploads is for one pod at a time, and web-app-job can have two: several pods of it run at once: run one, or the second pod waits for the volume forever on another node, and writes beside the first one on the same (see also manifests-lib/tests/language/components/volume_claim.rs:N) [shared-claim]
    manifests-lib/tests/language/components/volume_claim.rs:N: the claim web-allow-persistent-volume-claim-uploads is for one pod at a time, and web-allow-cron-job can have two: a run may start before the last one has ended: leave it out (`Concurrency::Forbid`), or the second pod waits for the volume forever on another node, and writes beside the first one on the same (see also manifests-lib/tests/language/components/volume_claim.rs:N) [shared-claim]
    manifests-lib/tests/language/components/volume_claim.rs:N: the claim web-replace-persistent-volume-claim-uploads is for one pod at a time, and web-replace-cron-job can have two: a run may start before the last one has ended: leave it out (`Concurrency::Forbid`), or the second pod waits for the volume forever on another node, and writes beside the first one on the same (see also manifests-lib/tests/language/components/volume_claim.rs:N) [shared-claim]
    ");
}

#[test]
fn a_job_of_last_turn_comes_with_its_claim() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let job = app.job(Job { active_deadline: seconds(600) });
    job.portless_container(task()).mount(&app.volume_claim(claim()), path!("/uploads"));
    assert_snapshot!(annotations(&shop, &web), @"
    Job.batch shop/web-app-job: argocd.argoproj.io/hook=Sync
    Job.batch shop/web-app-job: argocd.argoproj.io/sync-wave=3
    PersistentVolumeClaim shop/web-app-persistent-volume-claim-uploads: argocd.argoproj.io/sync-wave=3
    ");
}

#[test]
fn a_job_that_others_wait_for_comes_with_its_claim() {
    let shop = Shop::new();
    let web = shop.bundle();
    let migration = web.component(name!("migration"), &NODES);
    let job = migration.job(Job { active_deadline: seconds(600) });
    job.portless_container(task()).mount(&migration.volume_claim(claim()), path!("/uploads"));
    let waiting = deployment(&web.app(&NODES));
    waiting.container(container());
    waiting.after(&job);
    assert_snapshot!(annotations(&shop, &web), @"
    Job.batch shop/web-migration-job: argocd.argoproj.io/hook=Sync
    Job.batch shop/web-migration-job: argocd.argoproj.io/sync-wave=1
    PersistentVolumeClaim shop/web-migration-persistent-volume-claim-uploads: argocd.argoproj.io/sync-wave=1
    Deployment.apps shop/web-app-deployment: argocd.argoproj.io/sync-wave=2
    ");
}

#[test]
fn no_job_waits_for_the_claim_of_a_cron_job() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let night = app.cron_job(nightly(Concurrency::Forbid));
    night.portless_container(task()).mount(&app.volume_claim(claim()), path!("/uploads"));
    let job = web.component(name!("load"), &NODES).job(Job { active_deadline: seconds(600) });
    job.portless_container(task());
    assert_snapshot!(annotations(&shop, &web), @"
    PersistentVolumeClaim shop/web-app-persistent-volume-claim-uploads: argocd.argoproj.io/sync-wave=4
    Job.batch shop/web-load-job: argocd.argoproj.io/hook=Sync
    Job.batch shop/web-load-job: argocd.argoproj.io/sync-wave=3
    ");
}
