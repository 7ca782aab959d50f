use insta::assert_snapshot;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use manifests_lib::workload::Workload;

use crate::support::{NODES, Shop, container, deployment, server};

#[test]
fn a_workload_without_a_container() {
    let shop = Shop::new();
    let web = shop.bundle();
    deployment(&web.app(&NODES));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: the workload has no container: the API server would refuse it; add one [missing-container]");
}

#[test]
fn a_job_without_a_container() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.add(batch::Job {
        metadata: ObjectMeta { name: Some("migrate".to_owned()), ..ObjectMeta::default() },
        ..batch::Job::default()
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/unfinished.rs:N: Job.batch shop/migrate: the workload has no container: the API server would refuse it; add one [missing-container]");
}

#[test]
fn a_workload_whose_pods_run_anywhere() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    web.patch(|deployment: &mut apps::Deployment| {
        let pods = &mut deployment.spec.get_or_insert_default().template.spec;
        let pods = pods.get_or_insert_default();
        (pods.node_selector, pods.affinity) = (None, None);
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: the pods select no nodes, and would run on any, such as those of the gateways: set the node selector (NodeGroup::node_selector) (see also manifests-lib/tests/language/mistakes/unfinished.rs:N) [unplaced-pod]");
}

#[test]
fn a_stateful_set_whose_pods_have_no_dns_names() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.app(&NODES).stateful_set(1).container(container());
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/unfinished.rs:N: a stateful set without a Service of its own gives its pods no DNS names: expose a container and call governed_by with the Service [missing-governing-service]");
}
