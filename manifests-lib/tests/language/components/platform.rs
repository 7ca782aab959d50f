use manifests_lib::model::Resource;
use manifests_lib::values::Image;
use manifests_lib::workload::{Container, Workload};
use manifests_lib::{name, port, public_image};

use crate::support::{NODES, Shop, container, deployment, server};

#[test]
fn bundles_and_objects_stand_in_the_order_in_which_they_were_written() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    let mobile = shop.bundle_named(name!("mobile"));
    server(&mobile.app(&NODES));
    let built = shop.build();
    assert_eq!(built.environment, name!("test"));
    let identities: Vec<_> = built.bundles[..2]
        .iter()
        .flat_map(|bundle| &bundle.resources)
        .map(|resource| resource.object_ref().to_string())
        .collect();
    assert_eq!(
        identities,
        [
            "Deployment.apps shop/web-app-deployment",
            "ServiceAccount shop/web-app-service-account",
            "Deployment.apps shop/mobile-app-deployment",
            "ServiceAccount shop/mobile-app-service-account",
        ]
    );
}

#[test]
fn an_object_says_its_api_version() {
    let shop = Shop::new();
    server(&shop.bundle().app(&NODES));
    let built = shop.build();
    let versions: Vec<_> = built.bundles[0].resources.iter().map(Resource::api_version).collect();
    assert_eq!(versions, ["apps/v1", "v1"]);
}

#[test]
fn every_image_that_a_container_runs_is_listed_once_by_its_reference() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    server(&web.component(name!("worker"), &NODES));
    let busybox = Container {
        name: name!("sidecar"),
        image: public_image!(
            "busybox:1.37@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        )
        .into(),
        port: port!(9000),
        ..container()
    };
    deployment(&web.component(name!("other"), &NODES)).container(busybox);
    let images = shop.build().images;
    let images: Vec<_> = images.iter().map(Image::reference).collect();
    assert_eq!(
        images,
        [
            "busybox:1.37@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "web-server:1.0"
        ]
    );
}
