use insta::assert_snapshot;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use manifests_lib::values::{VariableName, mebibytes};
use manifests_lib::workload::Workload;
use manifests_lib::{name, path, port};

use crate::support::{NAMESPACE, NODES, Shop, config_map, container, server, service};

#[test]
fn a_bundle_name_that_leaves_no_room_for_derived_names() {
    let shop = Shop::new();
    let long = shop.bundle_named(name!("a234567890123456789012345678901234567"));
    long.add(config_map("settings"));
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/mistakes/names.rs:N: the bundle name "a234567890123456789012345678901234567" has 37 characters; names derived from it fit into 63 up to 36: shorten it [name-too-long]"#);
}

#[test]
fn an_object_without_a_name() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.add(core::ConfigMap::default());
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/names.rs:N: ConfigMap shop/: the object has no name: set metadata.name [missing-name]");
}

#[test]
fn a_name_that_is_no_file_name() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.add(config_map("../settings"));
    web.add(config_map(".."));
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/mistakes/names.rs:N: ConfigMap shop/../settings: metadata.name is also the name of a file: it has no '/' and no control character, and is neither '.' nor '..' [invalid-object-name]
    manifests-lib/tests/language/mistakes/names.rs:N: ConfigMap shop/..: metadata.name is also the name of a file: it has no '/' and no control character, and is neither '.' nor '..' [invalid-object-name]
    ");
}

#[test]
fn a_service_name_that_is_too_long() {
    let shop = Shop::new();
    let web = shop.bundle();
    let component =
        web.component(name!("a-name-of-a-component-that-says-a-little-too-much-of-it"), &NODES);
    let _ = service(&component);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: Service shop/web-a-name-of-a-component-that-says-a-little-too-much-of-it-service: the name has 67 characters, a Service takes 63: shorten the name of the bundle or the component [name-too-long]");
}

#[test]
fn a_stateful_set_whose_pods_could_not_be_labelled() {
    let shop = Shop::new();
    let web = shop.bundle();
    let component = web.component(name!("a-name-of-a-component-that-says-a-bit"), &NODES);
    let stateful_set = component.stateful_set(1);
    let service = stateful_set.container(container()).expose_tcp(port!(80));
    stateful_set.governed_by(&service);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/names.rs:N: StatefulSet.apps shop/web-a-name-of-a-component-that-says-a-bit-stateful-set: the name has 54 characters, a StatefulSet takes 52: shorten the name of the bundle or the component [name-too-long]");
}

#[test]
fn a_namespace_on_a_cluster_scoped_object() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.add(core::PersistentVolume {
        metadata: ObjectMeta {
            name: Some("disk".to_owned()),
            namespace: Some("shop".to_owned()),
            ..ObjectMeta::default()
        },
        ..core::PersistentVolume::default()
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/names.rs:N: PersistentVolume shop/disk: the kind is cluster-scoped: remove metadata.namespace [namespace-of-cluster-scoped-object]");
}

#[test]
fn a_volume_name_that_is_too_long() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES)).empty_dir(
        path!("/var/lib/a-folder-whose-name-tells/the-whole-story-of-what-it-holds"),
        mebibytes(1),
    );
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/mistakes/names.rs:N: the API server would refuse the volume name "server-var-lib-a-folder-whose-name-tells-the-whole-story-of-what-it-holds", as a name has 1 to 63 of a-z, 0-9 and '-', begins with a letter and ends with a letter or digit: choose another path or name [invalid-volume-name]"#);
}

#[test]
fn a_path_of_which_no_volume_name_can_be_made() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES)).empty_dir(path!("/..."), mebibytes(1));
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/mistakes/names.rs:N: the API server would refuse the volume name "server-", as a name has 1 to 63 of a-z, 0-9 and '-', begins with a letter and ends with a letter or digit: choose another path or name [invalid-volume-name]"#);
}

#[test]
fn a_variable_that_no_shell_can_read() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let address = app.calls(&service(&web.component(name!("api"), &NODES)));
    server(&app).env([address.url("API-URL")]);
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/mistakes/names.rs:N: "API-URL": a variable name has letters, digits and '_', and does not begin with a digit [invalid-variable-name]"#);
    let message = VariableName::new("API-URL").expect_err("a dash");
    assert_snapshot!(message, @r#""API-URL": a variable name has letters, digits and '_', and does not begin with a digit"#);
}

#[test]
fn a_team_name_that_leaves_no_room_for_derived_names() {
    let shop = Shop::new();
    let team = shop.platform().team(name!("a234567890123456789012345678901234567"));
    team.bundle(name!("web"), &NAMESPACE).add(config_map("settings"));
    assert_snapshot!(shop.mistakes(), @r#"
    manifests-lib/tests/language/support.rs:N: the team team has no bundle, and Argo CD finds no folder for it: give it one or remove it [empty-team]
    manifests-lib/tests/language/mistakes/names.rs:N: the team name "a234567890123456789012345678901234567" has 37 characters; names derived from it fit into 63 up to 36: shorten it [name-too-long]
    "#);
}
