use insta::assert_snapshot;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use manifests_lib::StatefulSet;

use crate::support::{NODES, bundle, container, deployment, mistakes, server};

#[test]
fn a_workload_without_a_container() {
    let web = bundle();
    deployment(&web.app());
    assert_snapshot!(mistakes(&[&web]), @"");
}

#[test]
fn a_job_without_a_container() {
    let web = bundle();
    web.add(batch::Job {
        metadata: ObjectMeta {
            name: Some("migrate".to_owned()),
            ..ObjectMeta::default()
        },
        ..batch::Job::default()
    });
    assert_snapshot!(mistakes(&[&web]), @"");
}

#[test]
fn a_stateful_set_whose_pods_have_no_dns_names() {
    let web = bundle();
    web.app()
        .stateful_set(StatefulSet {
            replicas: 1,
            on: &NODES,
        })
        .container(container());
    assert_snapshot!(mistakes(&[&web]), @"");
}

#[test]
fn a_patch_that_finds_nothing() {
    let web = bundle();
    server(&web.app());
    web.patch(|_: &mut apps::StatefulSet| {});
    assert_snapshot!(mistakes(&[&web]), @"");
}
