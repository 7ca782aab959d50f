use std::collections::BTreeMap;

use insta::assert_snapshot;
use k8s_openapi::api::rbac::v1 as rbac;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use manifests_lib::model::Namespace;
use manifests_lib::name;

use crate::support::{Shop, config_map};

#[test]
fn joins_the_bundles_namespace_and_environment() {
    let shop = Shop::new();
    let web = shop.bundle();
    let mut settings = config_map("settings");
    settings.data = Some(BTreeMap::from([("color".to_owned(), "no".to_owned())]));
    web.add(settings);
    assert_snapshot!(shop.objects(&web, &["ConfigMap"]), @r#"
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: settings
      labels:
        env: test
      namespace: shop
    data:
      color: "no"
    "#);
}

#[test]
fn its_own_namespace_and_environment_stay() {
    let shop = Shop::new();
    let web = shop.bundle();
    let mut settings = config_map("settings");
    settings.metadata.namespace = Some("elsewhere".to_owned());
    settings.metadata.labels = Some(BTreeMap::from([("env".to_owned(), "any".to_owned())]));
    web.add(settings);
    assert_snapshot!(shop.part(&web, "ConfigMap", "/metadata"), @"
    labels:
      env: any
    name: settings
    namespace: elsewhere
    ");
}

#[test]
fn can_be_put_into_another_namespace() {
    let shop = Shop::new();
    let web = shop.bundle();
    let settings = web.add(config_map("settings"));
    settings.namespace(&Namespace::new(name!("elsewhere")));
    assert_snapshot!(shop.part(&web, "ConfigMap", "/metadata/namespace"), @"elsewhere");
}

#[test]
fn a_cluster_scoped_one_gets_no_namespace() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.add(rbac::ClusterRole {
        metadata: ObjectMeta { name: Some("web:reader".to_owned()), ..ObjectMeta::default() },
        ..rbac::ClusterRole::default()
    });
    assert_snapshot!(shop.objects(&web, &["ClusterRole"]), @"
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata:
      name: web:reader
      labels:
        env: test
    ");
}
