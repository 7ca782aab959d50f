use manifests_lib::model::Bundle;
use manifests_lib::name;

use crate::support::{NAMESPACE, build, bundle, server};

#[test]
fn bundles_and_objects_stand_in_the_order_in_which_they_were_written() {
    let web = bundle();
    server(&web.app());
    let mobile = Bundle::new(name!("mobile"), &NAMESPACE, &name!("test"));
    server(&mobile.app());
    let built = build(&[&web, &mobile]);
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
    let web = bundle();
    server(&web.app());
    let built = build(&[&web]);
    let versions: Vec<_> = built.bundles[0]
        .resources
        .iter()
        .map(manifests_lib::model::Resource::api_version)
        .collect();
    assert_eq!(versions, ["apps/v1", "v1"]);
}
