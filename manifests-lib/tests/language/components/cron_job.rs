use insta::assert_snapshot;
use manifests_lib::model::Component;
use manifests_lib::values::seconds;
use manifests_lib::workload::{Concurrency, CronJob, CronJobHandle, Workload};
use manifests_lib::{name, schedule, time_zone};

use crate::support::{NODES, Shop, service, task};

fn nightly() -> CronJob {
    CronJob {
        schedule: schedule!("17 3 * * *"),
        time_zone: time_zone!("Europe/Berlin"),
        concurrency: Concurrency::Forbid,
        starting_deadline: seconds(600),
        active_deadline: seconds(3600),
    }
}

fn cron_job(component: &Component) -> CronJobHandle {
    let cron_job = component.cron_job(nightly());
    cron_job.portless_container(task());
    cron_job
}

#[test]
fn is_a_cron_job_whose_runs_are_jobs() {
    let shop = Shop::new();
    let web = shop.bundle();
    cron_job(&web.component(name!("night"), &NODES));
    assert_snapshot!(shop.objects(&web, &["CronJob"]), @r#"
    apiVersion: batch/v1
    kind: CronJob
    metadata:
      name: web-night-cron-job
      labels:
        app: web
        component: night
        env: test
      namespace: shop
    spec:
      concurrencyPolicy: Forbid
      jobTemplate:
        metadata:
          labels:
            app: web
            component: night
            env: test
        spec:
          activeDeadlineSeconds: 3600
          backoffLimit: 6
          template:
            metadata:
              annotations:
                sidecar.istio.io/nativeSidecar: "true"
              labels:
                app: web
                component: night
                env: test
            spec:
              automountServiceAccountToken: false
              containers:
              - name: task
                image: web-task:1.0
                imagePullPolicy: Never
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
              enableServiceLinks: false
              nodeSelector:
                example.com/group: app
              restartPolicy: Never
              securityContext:
                runAsNonRoot: true
                seccompProfile:
                  type: RuntimeDefault
              serviceAccountName: web-night-service-account
      schedule: 17 3 * * *
      startingDeadlineSeconds: 600
      timeZone: Europe/Berlin
    "#);
}

#[test]
fn has_an_identity_of_its_own() {
    let shop = Shop::new();
    let web = shop.bundle();
    cron_job(&web.component(name!("night"), &NODES));
    assert_eq!(shop.kinds(&web), ["CronJob", "ServiceAccount"]);
}

#[test]
fn what_it_calls_admits_it_and_not_its_neighbours() {
    let shop = Shop::new();
    let web = shop.bundle();
    let service = service(&shop.bundle_named(name!("orders")).app(&NODES));
    let night = web.component(name!("night"), &NODES);
    let cron_job = night.cron_job(nightly());
    let report = cron_job.portless_container(task());
    report.env([night.calls(&service).url("ORDERS_URL")]);
    let orders = shop.build().bundles.into_iter().find(|it| it.name.as_str() == "orders");
    let objects = orders.expect("it is registered").resources;
    let policy = objects.iter().find(|it| it.object_ref().kind == "AuthorizationPolicy");
    let json = policy.expect("somebody calls").to_json().expect("finite numbers");
    assert_snapshot!(json["spec"]["rules"].to_string(), @r#"[{"from":[{"source":{"principals":["cluster.local/ns/shop/sa/web-night-service-account"]}}],"to":[{"operation":{"ports":["8080"]}}]}]"#);
}

#[test]
fn says_what_is_kept_and_when_it_rests() {
    let shop = Shop::new();
    let web = shop.bundle();
    let cron_job = cron_job(&web.component(name!("night"), &NODES));
    cron_job.successful_jobs_history_limit(1);
    cron_job.failed_jobs_history_limit(5);
    cron_job.ttl_after_finished(seconds(300));
    cron_job.suspend();
    let json = shop.resources(&web)[0].to_json().expect("finite numbers");
    let spec = &json["spec"];
    assert_eq!(spec["successfulJobsHistoryLimit"], 1);
    assert_eq!(spec["failedJobsHistoryLimit"], 5);
    assert_eq!(spec["jobTemplate"]["spec"]["ttlSecondsAfterFinished"], 300);
    assert_eq!(spec["suspend"], true);
}

#[test]
fn a_deadline_within_which_nobody_looks() {
    let shop = Shop::new();
    let night = shop.bundle().component(name!("night"), &NODES);
    let cron_job = night.cron_job(CronJob { starting_deadline: seconds(9), ..nightly() });
    cron_job.portless_container(task());
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/cron_job.rs:N: a run may start up to 9 seconds late, and the controller looks every 10 seconds: many would be left out; give it 10 seconds at least [starting-deadline-too-short]");
}

#[test]
fn a_name_that_leaves_no_room_for_its_jobs() {
    let shop = Shop::new();
    let component =
        shop.bundle().component(name!("a-report-of-all-that-happened-last-night"), &NODES);
    cron_job(&component);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/cron_job.rs:N: CronJob.batch shop/web-a-report-of-all-that-happened-last-night-cron-job: the name has 53 characters, a CronJob takes 52: shorten the name of the bundle or the component [name-too-long]");
}
