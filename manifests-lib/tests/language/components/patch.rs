use insta::assert_snapshot;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;

use crate::support::{NODES, Shop, config_map, server, service};

fn wait_longer(deployment: &mut apps::Deployment) {
    deployment.spec.get_or_insert_default().min_ready_seconds = Some(5);
}

#[test]
fn adjusts_what_a_component_became() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    web.patch(wait_longer);
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/minReadySeconds"), @"5");
}

#[test]
fn does_not_depend_on_the_order_of_lines() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.patch(wait_longer);
    server(&web.app(&NODES));
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/minReadySeconds"), @"5");
}

#[test]
fn sees_the_object_as_it_will_be_written() {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = service(&web.app(&NODES));
    web.patch(|service: &mut core::Service| {
        assert_eq!(service.metadata.namespace.as_deref(), Some("shop"));
    });
    web.patch(|service: &mut core::Service| service.metadata.annotations = None);
    let adjusted: Vec<_> = shop
        .resources(&web)
        .iter()
        .map(|resource| (resource.object_ref().kind, resource.patched().len()))
        .collect();
    assert_eq!(adjusted, [("Deployment", 0), ("ServiceAccount", 0), ("Service", 2)]);
}

#[test]
fn a_line_of_a_component_s_patch_may_add_to_the_bundle() {
    let shop = Shop::new();
    let web = shop.bundle();
    let other = web.clone();
    server(&web.app(&NODES)).patch(move |_| drop(other.add(config_map("settings"))));
    assert!(shop.kinds(&web).contains(&"ConfigMap"));
}
