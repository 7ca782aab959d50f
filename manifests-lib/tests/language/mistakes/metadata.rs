//! Metadata, sizes and kinds that the API server refuses.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use k8s_openapi::ByteString;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::rbac::v1 as rbac;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use manifests_lib::model::{Manifest, named};

use crate::support::{NODES, Shop, config_map, server};

/// What the build refuses about an object that is added as it stands.
fn refused<T: Manifest + Clone>(object: T) -> String {
    let shop = Shop::new();
    shop.bundle().add(object);
    shop.mistakes()
}

/// Whether the build takes an object.
fn is_taken<T: Manifest + Clone>(object: T) -> bool {
    let shop = Shop::new();
    shop.bundle().add(object);
    shop.errors().is_empty()
}

fn with(change: impl FnOnce(&mut ObjectMeta)) -> core::ConfigMap {
    let mut object = config_map("settings");
    change(&mut object.metadata);
    object
}

fn pairs(key: &str, value: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(key.to_owned(), value.to_owned())])
}

#[test]
fn a_name_that_most_kinds_refuse() {
    assert_snapshot!(refused(config_map("Foo_Bar")), @r#"manifests-lib/tests/language/mistakes/metadata.rs:N: ConfigMap shop/Foo_Bar: the API server would refuse metadata.name "Foo_Bar": the name of a ConfigMap has a-z, 0-9, '-' and '.', and each part between dots begins and ends with a letter or digit; rename the object [invalid-object-name]"#);
}

#[test]
fn names_by_kind() {
    let service = |name| core::Service { metadata: named(name), ..core::Service::default() };
    let role = |name| rbac::ClusterRole { metadata: named(name), ..rbac::ClusterRole::default() };
    let namespace = |name| core::Namespace { metadata: named(name), ..core::Namespace::default() };
    assert!(is_taken(config_map("1.a")));
    assert!(is_taken(role("system:Reader")));
    assert!(is_taken(namespace("1a")));
    assert!(!is_taken(role("a%b")));
    assert!(!is_taken(role("a\u{7}b")));
    assert!(!is_taken(namespace("1.a")));
    for name in ["é", "a..b", "-a", "a-", "a b"] {
        assert!(!is_taken(config_map(name)), "{name:?}");
    }
    assert_snapshot!(refused(service("1-a")), @r#"manifests-lib/tests/language/mistakes/metadata.rs:N: Service shop/1-a: the API server would refuse metadata.name "1-a": the name of a Service has a-z, 0-9 and '-', begins with a letter and ends with a letter or digit; rename the object [invalid-object-name]"#);
}

#[test]
fn labels() {
    let key = with(|metadata| metadata.labels = Some(pairs("-a", "")));
    assert_snapshot!(refused(key), @r#"manifests-lib/tests/language/mistakes/metadata.rs:N: ConfigMap shop/settings: metadata.labels: the API server would refuse the key "-a": it has up to 63 of letters, digits, '-', '_' and '.', begins and ends with a letter or digit, and may stand behind a DNS name and '/'; rename it [invalid-label]"#);
    let value = with(|metadata| metadata.labels = Some(pairs("owner", "team a")));
    assert_snapshot!(refused(value), @r#"manifests-lib/tests/language/mistakes/metadata.rs:N: ConfigMap shop/settings: metadata.labels: the API server would refuse the value "team a" of owner: it has up to 63 of letters, digits, '-', '_' and '.', and begins and ends with a letter or digit; put longer text into an annotation [invalid-label]"#);
    assert!(is_taken(with(|metadata| metadata.labels = Some(pairs("example.com/A_b", "")))));
    assert!(!is_taken(with(|metadata| metadata.labels = Some(pairs("a", &"x".repeat(64))))));
}

#[test]
fn labels_of_pods() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    web.patch(|deployment: &mut apps::Deployment| {
        let template = &mut deployment.spec.get_or_insert_default().template;
        let labels = &mut template.metadata.get_or_insert_default().labels;
        labels.get_or_insert_default().insert("note".to_owned(), "a b".to_owned());
    });
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: the pods' metadata.labels: the API server would refuse the value "a b" of note: it has up to 63 of letters, digits, '-', '_' and '.', and begins and ends with a letter or digit; put longer text into an annotation (see also manifests-lib/tests/language/mistakes/metadata.rs:N) [invalid-label]"#);
}

#[test]
fn annotations() {
    let key = with(|metadata| metadata.annotations = Some(pairs("a b", "")));
    assert_snapshot!(refused(key), @r#"manifests-lib/tests/language/mistakes/metadata.rs:N: ConfigMap shop/settings: metadata.annotations: the API server would refuse the key "a b": it has up to 63 of letters, digits, '-', '_' and '.', begins and ends with a letter or digit, and may stand behind a DNS name and '/'; rename it [invalid-annotation]"#);
    let size = with(|metadata| metadata.annotations = Some(pairs("a", &"x".repeat(256 << 10))));
    assert_snapshot!(refused(size), @"manifests-lib/tests/language/mistakes/metadata.rs:N: ConfigMap shop/settings: metadata.annotations: the annotations have 262196 bytes, and the API server takes 262144: put the text into a ConfigMap or a file of an image [invalid-annotation]");
    // Unlike those of labels, prefixes may have capitals.
    assert!(is_taken(with(|metadata| metadata.annotations = Some(pairs("Example.com/a", "é \n")))));
}

#[test]
fn fields_that_only_a_cluster_writes() {
    let object = with(|metadata| {
        metadata.resource_version = Some("1".to_owned());
        metadata.uid = Some("1".to_owned());
        metadata.owner_references = Some(vec![OwnerReference::default()]);
        metadata.finalizers = Some(vec!["example.com/wait".to_owned()]);
        metadata.generate_name = Some("settings-".to_owned());
        metadata.managed_fields = Some(Vec::new());
    });
    assert_snapshot!(refused(object), @"
    manifests-lib/tests/language/mistakes/metadata.rs:N: ConfigMap shop/settings: metadata.resourceVersion is for the cluster to write, and in a manifest it would make the API server refuse every apply after the next change: leave it out [cluster-written-field]
    manifests-lib/tests/language/mistakes/metadata.rs:N: ConfigMap shop/settings: metadata.uid is for the cluster to write, and in a manifest it would make the API server refuse the object, to which it gives another uid: leave it out [cluster-written-field]
    manifests-lib/tests/language/mistakes/metadata.rs:N: ConfigMap shop/settings: metadata.managedFields is for the cluster to write, and in a manifest it would make the API server refuse the apply: leave it out [cluster-written-field]
    manifests-lib/tests/language/mistakes/metadata.rs:N: ConfigMap shop/settings: metadata.generateName is for the cluster to write, and in a manifest it would make the API server refuse the apply, which needs the name: leave it out [cluster-written-field]
    manifests-lib/tests/language/mistakes/metadata.rs:N: ConfigMap shop/settings: metadata.ownerReferences is for the cluster to write, and in a manifest it would make the cluster delete the object, as it knows no owner of that uid: leave it out [cluster-written-field]
    manifests-lib/tests/language/mistakes/metadata.rs:N: ConfigMap shop/settings: metadata.finalizers is for the cluster to write, and in a manifest it would keep the object from being deleted, as whoever removes a finalizer sets it, too: leave it out [cluster-written-field]
    ");
}

#[test]
fn a_status() {
    let job = batch::Job {
        metadata: named("migrate"),
        status: Some(batch::JobStatus::default()),
        spec: None,
    };
    let refused = refused(job);
    assert_snapshot!(refused.lines().next().expect("a mistake"), @"manifests-lib/tests/language/mistakes/metadata.rs:N: Job.batch shop/migrate: status is for the cluster to write, which would drop it and show a difference for ever: leave it out [cluster-written-field]");
}

#[test]
fn kinds_that_only_a_cluster_writes() {
    let endpoints = core::Endpoints { metadata: named("web"), ..core::Endpoints::default() };
    assert_snapshot!(refused(endpoints), @"manifests-lib/tests/language/mistakes/metadata.rs:N: Endpoints shop/web: objects of this kind are not for a manifest: the cluster writes them for the selector of a Service, and Argo CD applies none; select pods, or name a host outside by a ServiceEntry [cluster-written-kind]");
    assert!(!is_taken(core::Event { metadata: named("web.1"), ..core::Event::default() }));
    assert!(!is_taken(core::Node { metadata: named("worker"), ..core::Node::default() }));
}

#[test]
fn sizes() {
    let values = |size: usize| core::ConfigMap {
        data: Some(pairs("dump", &"x".repeat(size))),
        ..config_map("dump")
    };
    assert!(is_taken(values(1 << 20)));
    assert_snapshot!(refused(values((1 << 20) + 1)), @"manifests-lib/tests/language/mistakes/metadata.rs:N: ConfigMap shop/dump: the API server would refuse 1048577 bytes: the values of a ConfigMap may have 1048576; split it, or put the data into an image or a volume [object-too-large]");
    let service = core::Service {
        spec: Some(core::ServiceSpec {
            external_name: Some("x".repeat(3 << 19)),
            ..core::ServiceSpec::default()
        }),
        metadata: named("web"),
        status: None,
    };
    assert_snapshot!(refused(service), @"manifests-lib/tests/language/mistakes/metadata.rs:N: Service shop/web: the API server would refuse 1573006 bytes: an object may have 1572864; split it, or put the data into an image or a volume [object-too-large]");
}

#[test]
fn keys_of_a_config_map() {
    let bytes = Some(BTreeMap::from([("a".to_owned(), ByteString(Vec::new()))]));
    let twice = core::ConfigMap {
        data: Some(pairs("a", "")),
        binary_data: bytes,
        ..config_map("settings")
    };
    assert_snapshot!(refused(twice), @r#"manifests-lib/tests/language/mistakes/metadata.rs:N: ConfigMap shop/settings: the key "a" is in data and in binaryData: the API server would refuse it; remove one [invalid-data-key]"#);
    let key = core::ConfigMap { data: Some(pairs("a/b c", "")), ..config_map("settings") };
    assert_snapshot!(refused(key), @r#"manifests-lib/tests/language/mistakes/metadata.rs:N: ConfigMap shop/settings: data: the API server would refuse the key "a/b c": it has 1 to 253 of letters, digits, '-', '_' and '.', and is neither '.' nor begins with '..'; rename it [invalid-data-key]"#);
}
