use insta::assert_snapshot;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use manifests_lib::workload::StatefulSet;

use crate::support::{NODES, bundle, container, deployment, mistakes, server};

#[test]
fn a_workload_without_a_container() {
    let web = bundle();
    deployment(&web.app());
    assert_snapshot!(mistakes(&[&web]), @"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: the workload has no container: the API server would refuse it; add one");
}

#[test]
fn a_job_without_a_container() {
    let web = bundle();
    web.add(batch::Job {
        metadata: ObjectMeta { name: Some("migrate".to_owned()), ..ObjectMeta::default() },
        ..batch::Job::default()
    });
    assert_snapshot!(mistakes(&[&web]), @"manifests-lib/tests/language/mistakes/unfinished.rs:N: Job.batch shop/migrate: the workload has no container: the API server would refuse it; add one");
}

#[test]
fn a_stateful_set_whose_pods_have_no_dns_names() {
    let web = bundle();
    web.app().stateful_set(StatefulSet { replicas: 1, on: &NODES }).container(container());
    assert_snapshot!(mistakes(&[&web]), @"manifests-lib/tests/language/mistakes/unfinished.rs:N: a stateful set without a Service of its own gives its pods no DNS names: expose a container and call governed_by with the Service");
}

#[test]
fn a_patch_that_finds_nothing() {
    let web = bundle();
    server(&web.app());
    web.patch(|_: &mut apps::StatefulSet| {});
    assert_snapshot!(mistakes(&[&web]), @"manifests-lib/tests/language/mistakes/unfinished.rs:N: the patch adjusts a StatefulSet, but the bundle web has none: remove it or add the object");
}
