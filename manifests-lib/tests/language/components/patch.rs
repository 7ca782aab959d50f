use insta::assert_snapshot;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;

use crate::support::{bundle, part, resources, server, service};

fn wait_longer(deployment: &mut apps::Deployment) {
    deployment.spec.get_or_insert_default().min_ready_seconds = Some(5);
}

#[test]
fn adjusts_what_a_component_became() {
    let web = bundle();
    server(&web.app());
    web.patch(wait_longer);
    assert_snapshot!(part(&web, "Deployment", "/spec/minReadySeconds"), @"5");
}

#[test]
fn does_not_depend_on_the_order_of_lines() {
    let web = bundle();
    web.patch(wait_longer);
    server(&web.app());
    assert_snapshot!(part(&web, "Deployment", "/spec/minReadySeconds"), @"5");
}

#[test]
fn sees_the_object_as_it_will_be_written() {
    let web = bundle();
    let _ = service(&web.app());
    web.patch(|service: &mut core::Service| {
        assert_eq!(service.metadata.namespace.as_deref(), Some("shop"));
    });
    web.patch(|service: &mut core::Service| service.metadata.annotations = None);
    let adjusted: Vec<_> = resources(&[&web])
        .iter()
        .map(|resource| (resource.object_ref().kind, resource.patched().len()))
        .collect();
    assert_eq!(adjusted, [("Deployment", 0), ("ServiceAccount", 0), ("Service", 2)]);
}
