use insta::assert_snapshot;
use manifests_lib::{Injection, name};

use crate::support::{bundle, objects};

#[test]
fn its_pods_get_a_sidecar_of_a_revision() {
    let web = bundle();
    web.create_namespace(&Injection::Revision(name!("stable")));
    assert_snapshot!(objects(&web, &["Namespace"]), @"
    apiVersion: v1
    kind: Namespace
    metadata:
      name: shop
      labels:
        env: test
        istio.io/rev: stable
    ");
}

#[test]
fn its_pods_get_no_sidecar() {
    let web = bundle();
    web.create_namespace(&Injection::None);
    assert_snapshot!(objects(&web, &["Namespace"]), @"
    apiVersion: v1
    kind: Namespace
    metadata:
      name: shop
      labels:
        env: test
    ");
}
