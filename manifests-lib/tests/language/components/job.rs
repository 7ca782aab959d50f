use insta::assert_snapshot;
use manifests_lib::model::Component;
use manifests_lib::values::seconds;
use manifests_lib::workload::{Job, JobHandle, RestartPolicy, RunsToCompletion, Workload};

use crate::support::{NODES, Shop, task};

fn job(component: &Component) -> JobHandle {
    let job = component.job(Job { active_deadline: seconds(600) });
    job.portless_container(task());
    job
}

#[test]
fn runs_anew_once_its_bundle_is_healthy() {
    let shop = Shop::new();
    let web = shop.bundle();
    job(&web.app(&NODES));
    assert_snapshot!(shop.objects(&web, &["Job"]), @r#"
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: web-app-job
      annotations:
        argocd.argoproj.io/hook: PostSync
        argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      activeDeadlineSeconds: 600
      backoffLimit: 6
      template:
        metadata:
          annotations:
            sidecar.istio.io/nativeSidecar: "true"
          labels:
            app: web
            component: app
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
          serviceAccountName: web-app-service-account
    "#);
}

#[test]
fn has_an_identity_of_its_own_and_no_budget() {
    let shop = Shop::new();
    let web = shop.bundle();
    job(&web.app(&NODES));
    assert_eq!(shop.kinds(&web), ["Job", "ServiceAccount"]);
}

#[test]
fn says_how_often_and_how_many() {
    let shop = Shop::new();
    let web = shop.bundle();
    let job = job(&web.app(&NODES));
    job.restart_policy(RestartPolicy::OnFailure);
    job.backoff_limit(0);
    job.parallelism(2);
    job.completions(6);
    let json = shop.resources(&web)[0].to_json().expect("finite numbers");
    let spec = &json["spec"];
    assert_eq!(spec["template"]["spec"]["restartPolicy"], "OnFailure");
    assert_eq!(spec["backoffLimit"], 0);
    assert_eq!(spec["parallelism"], 2);
    assert_eq!(spec["completions"], 6);
}

#[test]
fn a_job_that_nothing_would_run() {
    let shop = Shop::new();
    let web = shop.bundle();
    let job = web.app(&NODES).job(Job { active_deadline: seconds(0) });
    job.portless_container(task());
    job.parallelism(0);
    job.completions(0);
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/job.rs:N: 0 seconds are no time to run: its pods would be stopped at once; say how long a run may take at most [zero-size]
    manifests-lib/tests/language/components/job.rs:N: parallelism of 0: no pod would ever run; say at least 1, or remove the Job [zero-size]
    manifests-lib/tests/language/components/job.rs:N: completions of 0: no pod would ever run; say at least 1, or remove the Job [zero-size]
    ");
}

#[test]
fn a_component_runs_one_thing() {
    let shop = Shop::new();
    let app = shop.bundle().app(&NODES);
    crate::support::server(&app);
    job(&app);
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/components/job.rs:N: the component app runs something already: both would have the same labels and ServiceAccount, so that the Services and policies of one reach the pods of the other; make this one of a component of its own, such as bundle.component(name!("report"), …) (see also manifests-lib/tests/language/support.rs:N) [several-workloads]"#);
}

#[test]
fn a_component_has_one_deployment() {
    let shop = Shop::new();
    let app = shop.bundle().app(&NODES);
    crate::support::server(&app);
    crate::support::server(&app);
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/support.rs:N: the component app runs something already: both would have the same labels and ServiceAccount, so that the Services and policies of one reach the pods of the other; make this one of a component of its own, such as bundle.component(name!("report"), …) (see also manifests-lib/tests/language/support.rs:N) [several-workloads]"#);
}

#[test]
fn without_a_mesh_nobody_asks_for_its_proxy() {
    let shop = Shop::without_mesh();
    let web = shop.bundle();
    job(&web.app(&NODES));
    assert!(!shop.objects(&web, &["Job"]).contains("nativeSidecar"));
}
