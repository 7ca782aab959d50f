use insta::assert_snapshot;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use manifests_lib::model::{Bundle, Resource};
use manifests_lib::workload::Workload;
use manifests_lib::{name, port};

use crate::support::{NODES, Shop, container, server, service, service_on};

fn wait_longer(deployment: &mut apps::Deployment) {
    deployment.spec.get_or_insert_default().min_ready_seconds = Some(5);
}

/// Clients stay with a pod.
fn stick(service: &mut core::Service) {
    service.spec.get_or_insert_default().session_affinity = Some("ClientIP".to_owned());
}

/// The Services of a bundle to which clients stick.
fn sticky(shop: &Shop, bundle: &Bundle) -> Vec<String> {
    let of_bundle = shop.resources(bundle).into_iter();
    let sticky = of_bundle.filter(|resource| {
        let spec = resource.get::<core::Service>().and_then(|service| service.spec.as_ref());
        spec.is_some_and(|spec| spec.session_affinity.is_some())
    });
    sticky.map(|resource| resource.object_ref().name).collect()
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
    shop.build();
}

#[test]
fn at_a_handle_adjusts_what_that_one_has_made() {
    let shop = Shop::new();
    let web = shop.bundle();
    let api = service(&web.app(&NODES));
    let _ = service_on(&web.component(name!("worker"), &NODES), port!(81));
    api.patch(stick);
    assert_eq!(sticky(&shop, &web), ["web-app-service"]);
}

#[test]
fn at_a_handle_finds_what_is_written_after_it() {
    let shop = Shop::new();
    let web = shop.bundle();
    let deployment = web.app(&NODES).deployment(1);
    deployment.patch(|deployment: &mut apps::Deployment| {
        let pods = &mut deployment.spec.get_or_insert_default().template.spec;
        for container in &mut pods.get_or_insert_default().containers {
            container.tty = Some(true);
        }
    });
    deployment.container(container());
    assert_snapshot!(shop.container_part(&web, "/tty"), @"true");
}

#[test]
fn adjusts_the_objects_for_which_a_condition_holds() {
    let shop = Shop::new();
    let web = shop.bundle();
    for (component, port) in [(name!("one"), port!(80)), (name!("two"), port!(81))] {
        let _ = service_on(&web.component(component, &NODES), port);
    }
    web.patch_where(
        |service: &core::Service| service.metadata.name.as_deref() == Some("web-two-service"),
        stick,
    );
    assert_eq!(sticky(&shop, &web), ["web-two-service"]);
}

#[test]
fn a_condition_sees_what_earlier_patches_have_left() {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = service(&web.app(&NODES));
    web.patch(|service: &mut core::Service| {
        service.spec.get_or_insert_default().cluster_ip = Some("None".to_owned());
    });
    let headless = |service: &core::Service| {
        service.spec.as_ref().is_some_and(|spec| spec.cluster_ip.as_deref() == Some("None"))
    };
    web.patch_where(headless, stick);
    assert_eq!(sticky(&shop, &web), ["web-app-service"]);
}

#[test]
fn a_resource_knows_the_patches_that_have_changed_it() {
    let shop = Shop::new();
    let web = shop.bundle();
    let deployment = web.app(&NODES).deployment(1);
    let server = deployment.container(container());
    let _ = service_on(&web.component(name!("worker"), &NODES), port!(81));
    let mut lines = Vec::new();
    server.patch(|container| container.stdin = None);
    lines.push(line!() + 1);
    server.patch(|container| container.tty = Some(true));
    lines.push(line!() + 1);
    deployment.patch(wait_longer);
    web.patch(|deployment: &mut apps::Deployment| deployment.status = None);
    let resources = shop.resources(&web);
    let of_app = resources.iter().find(|it| it.object_ref().name == "web-app-deployment");
    let patched = of_app.expect("the Deployment").patched().iter().map(|origin| origin.line);
    assert_eq!(patched.collect::<Vec<_>>(), lines);
    let others = resources.iter().filter(|it| it.object_ref().name != "web-app-deployment");
    assert!(others.flat_map(Resource::patched).next().is_none());
}
