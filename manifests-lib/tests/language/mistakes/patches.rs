//! Patches that find nothing, and what errors say of those that are not to blame.

use insta::assert_snapshot;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::policy::v1 as policy;
use manifests_lib::model::Origin;
use manifests_lib::workload::Workload;
use manifests_lib::{name, port};

use crate::support::{NODES, Shop, aurora, container, server, service, service_on};

#[test]
fn a_kind_that_the_bundle_does_not_have() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    web.patch(|_: &mut apps::StatefulSet| {});
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/patches.rs:N: the patch adjusts a StatefulSet, but the bundle web has none: remove it or add the object [patch-without-target]");
}

#[test]
fn a_condition_that_holds_for_no_object() {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = service(&web.app(&NODES));
    let _ = service_on(&web.component(name!("worker"), &NODES), port!(81));
    web.patch_where(|it: &core::Service| it.metadata.name.as_deref() == Some("web"), |_| {});
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/patches.rs:N: the condition of the patch holds for no Service of the bundle web (web-app-service, web-worker-service): correct it, or remove the patch [patch-without-target]");
}

#[test]
fn a_kind_that_a_handle_makes_only_elsewhere() {
    let shop = Shop::new();
    let deployment = shop.bundle().app(&NODES).deployment(1);
    deployment.container(container());
    let other = shop.bundle_named(name!("other")).app(&NODES).deployment(2);
    other.container(container());
    deployment.patch(|_: &mut policy::PodDisruptionBudget| {});
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/patches.rs:N: the patch adjusts a PodDisruptionBudget, and its handle makes none as it is used here: remove the patch, or write it where there is one [patch-without-target]");
}

#[test]
fn a_container_of_a_database_outside() {
    let shop = Shop::new();
    let database = shop.bundle().app(&NODES).database(aurora());
    shop.secrets_manager();
    assert!(database.container().is_none());
    database.patch(|_: &mut apps::StatefulSet| {});
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/patches.rs:N: the patch adjusts a StatefulSet, and its handle makes none as it is used here: remove the patch, or write it where there is one [patch-without-target]");
}

#[test]
fn the_line_of_the_patch_is_named() {
    let shop = Shop::new();
    let web = service(&shop.bundle().app(&NODES));
    let line = line!() + 1;
    web.patch(|_: &mut k8s_openapi::api::networking::v1::NetworkPolicy| {});
    let [error] = shop.errors().try_into().expect("one mistake");
    assert_eq!(error.origin, Origin { file: file!(), line });
}

#[test]
fn only_patches_that_changed_the_object_are_named() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES).deployment(1);
    app.container(container());
    let worker = web.component(name!("worker"), &NODES).deployment(1);
    worker.container(container());
    // Another object.
    worker.patch(|deployment: &mut apps::Deployment| {
        deployment.spec.get_or_insert_default().min_ready_seconds = Some(5);
    });
    // The same as before.
    web.patch(|deployment: &mut apps::Deployment| deployment.status = None);
    let line = line!() + 1;
    app.patch(|deployment: &mut apps::Deployment| {
        deployment.spec.get_or_insert_default().template.metadata = None;
    });
    let [error] = shop.errors().try_into().expect("one mistake");
    assert_eq!(error.related, [Origin { file: file!(), line }]);
}
