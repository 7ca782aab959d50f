use insta::assert_snapshot;
use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::api::core::v1 as core;
use manifests_lib::model::{Bundle, named};
use manifests_lib::values::{Name, seconds};
use manifests_lib::workload::{
    Concurrency, CronJob, Deployment, Job, JobHandle, LongRunning, Replicas, ScaleOn, Workload,
};
use manifests_lib::{name, percent, schedule, time_zone};

use crate::support::{NODES, Shop, container, task};

fn migration(bundle: &Bundle) -> JobHandle {
    let migration = bundle.component(name!("migration"), &NODES);
    let job = migration.job(Job { active_deadline: seconds(600) });
    job.portless_container(task());
    job
}

fn deployment(bundle: &Bundle, component: Name) -> Deployment {
    let deployment = bundle.component(component, &NODES).deployment(Replicas::Between {
        min: 2,
        max: 4,
        scale_on: ScaleOn::Cpu(percent!(70)),
    });
    deployment.container(container());
    deployment
}

/// The annotations of each object that has some.
fn annotations(shop: &Shop, bundle: &Bundle) -> String {
    let mut lines = Vec::new();
    for resource in shop.resources(bundle) {
        let json = resource.to_json().expect("finite numbers");
        for (key, value) in json["metadata"]["annotations"].as_object().into_iter().flatten() {
            lines.push(format!("{}: {key}={value}", resource.object_ref()));
        }
    }
    lines.join("\n")
}

#[test]
fn runs_between_what_it_needs_and_the_pods_that_wait_for_it() {
    let shop = Shop::new();
    let web = shop.bundle();
    let waiting = deployment(&web, name!("app"));
    deployment(&web, name!("other"));
    waiting.after(&migration(&web));
    assert_snapshot!(annotations(&shop, &web), @r#"
    Deployment.apps shop/web-app-deployment: argocd.argoproj.io/sync-wave="2"
    HorizontalPodAutoscaler.autoscaling shop/web-app-horizontal-pod-autoscaler: argocd.argoproj.io/sync-wave="2"
    Job.batch shop/web-migration-job: argocd.argoproj.io/hook="Sync"
    Job.batch shop/web-migration-job: argocd.argoproj.io/hook-delete-policy="BeforeHookCreation"
    Job.batch shop/web-migration-job: argocd.argoproj.io/sync-wave="1"
    "#);
}

#[test]
fn a_claim_waits_with_its_pods_and_a_cron_job_holds_nobody_up() {
    let shop = Shop::new();
    let web = shop.bundle();
    let waiting = deployment(&web, name!("app"));
    let claim = |name: &'static str| core::PersistentVolumeClaim {
        metadata: named(name),
        ..core::PersistentVolumeClaim::default()
    };
    web.add(claim("files"));
    web.add(claim("of-others"));
    waiting.patch(|deployment: &mut k8s_openapi::api::apps::v1::Deployment| {
        let pods = deployment.spec.get_or_insert_default().template.spec.get_or_insert_default();
        let source = core::PersistentVolumeClaimVolumeSource {
            claim_name: "files".to_owned(),
            read_only: None,
        };
        pods.volumes.get_or_insert_default().push(core::Volume {
            name: "files".to_owned(),
            persistent_volume_claim: Some(source),
            ..core::Volume::default()
        });
    });
    let night = web.component(name!("night"), &NODES).cron_job(CronJob {
        schedule: schedule!("@daily"),
        time_zone: time_zone!("Etc/UTC"),
        concurrency: Concurrency::Replace,
        starting_deadline: seconds(600),
        active_deadline: seconds(3600),
    });
    night.portless_container(task());
    waiting.after(&migration(&web));
    assert_snapshot!(annotations(&shop, &web), @r#"
    Deployment.apps shop/web-app-deployment: argocd.argoproj.io/sync-wave="2"
    HorizontalPodAutoscaler.autoscaling shop/web-app-horizontal-pod-autoscaler: argocd.argoproj.io/sync-wave="2"
    PersistentVolumeClaim shop/files: argocd.argoproj.io/compare-options="IgnoreExtraneous"
    PersistentVolumeClaim shop/files: argocd.argoproj.io/sync-options="Prune=false,Delete=false"
    PersistentVolumeClaim shop/files: argocd.argoproj.io/sync-wave="2"
    PersistentVolumeClaim shop/of-others: argocd.argoproj.io/compare-options="IgnoreExtraneous"
    PersistentVolumeClaim shop/of-others: argocd.argoproj.io/sync-options="Prune=false,Delete=false"
    CronJob.batch shop/web-night-cron-job: argocd.argoproj.io/sync-wave="2"
    Job.batch shop/web-migration-job: argocd.argoproj.io/hook="Sync"
    Job.batch shop/web-migration-job: argocd.argoproj.io/hook-delete-policy="BeforeHookCreation"
    Job.batch shop/web-migration-job: argocd.argoproj.io/sync-wave="1"
    "#);
}

#[test]
fn its_hook_can_be_patched() {
    let shop = Shop::new();
    let web = shop.bundle();
    let migration = migration(&web);
    migration.patch(|job: &mut batch::Job| {
        job.spec.get_or_insert_default().ttl_seconds_after_finished = Some(3600);
    });
    assert_snapshot!(shop.part(&web, "Job", "/spec/ttlSecondsAfterFinished"), @"3600");
}

#[test]
fn a_job_of_another_bundle() {
    let shop = Shop::new();
    let web = shop.bundle();
    let waiting = deployment(&web, name!("app"));
    waiting.after(&migration(&shop.bundle_named(name!("mobile"))));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/migration.rs:N: web-app-deployment of the bundle web waits for a Job of the bundle mobile: Argo CD syncs each by itself and would not wait; make the Job of a component of web (see also manifests-lib/tests/language/components/migration.rs:N) [job-of-another-bundle]");
}
