use manifests_lib::data::{GeneratedSecret, SecretValue};
use manifests_lib::model::Bundle;
use manifests_lib::network::mesh::GatewayRoute;
use manifests_lib::values::{Name, gibibytes, mebibytes};
use manifests_lib::workload::{LocalVolume, VolumeClaimTemplate, Workload};
use manifests_lib::{name, node_port, path, plain, port, uid};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{FRONT_DOOR, NODES, Shop, container, mysql};

/// Names of every length, most of them near the longest.
fn names(longest: usize) -> impl Strategy<Value = Name> {
    let inside = prop_oneof![0..longest - 1, longest - 4..longest - 1];
    inside.prop_flat_map(|inside| {
        let label = format!("[a-z][a-z0-9-]{{{inside}}}[a-z0-9]");
        prop::string::string_regex(&label)
            .expect("a regular expression")
            .prop_map(|label| Name::new(label).expect("an RFC 1035 label"))
    })
}

/// One of everything whose objects are named after the component.
fn fill(bundle: &Bundle) {
    let app = bundle.app(&NODES);
    let server = app.deployment(2).container(container());
    if is_user_of_mysql(bundle.name().as_str()) {
        server.env([app.database(mysql()).host("DB_HOST")]);
    }
    let key = app
        .secret(SecretValue { key: name!("key"), source: GeneratedSecret { length: 32 }.into() });
    let volume = app.local_volume(LocalVolume { path: path!("/data"), size: gibibytes(2) });
    server.env([key.variable("APP_KEY"), plain!("MODE", "fast")]);
    server.mount(&volume, path!("/src"));
    server.empty_dir(path!("/tmp"), mebibytes(1));
    let service = server.expose_http(port!(80));
    service.gateway_route(GatewayRoute { gateway: &FRONT_DOOR, node_port: node_port!(30001) });
    let _ = bundle.component(name!("peer"), &NODES).calls(&service);
}

/// What MySQL takes as the name of a database and its user.
fn is_user_of_mysql(name: &str) -> bool {
    name.len() <= 32 && !["mysql", "root", "sys"].contains(&name)
}

/// A DNS subdomain as Kubernetes reads it: only the whole has a longest length.
fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_made_of_words)
}

/// An RFC 1123 label, which is also the value of a label.
fn is_label(text: &str) -> bool {
    text.len() <= 63 && is_made_of_words(text)
}

fn is_made_of_words(text: &str) -> bool {
    let inside = |character: char| matches!(character, 'a'..='z' | '0'..='9' | '-');
    !text.is_empty() && text.chars().all(inside) && !text.starts_with('-') && !text.ends_with('-')
}

/// The longest name with which the cluster can do what it does with an object of this kind.
fn longest(kind: &str) -> usize {
    match kind {
        // The pods' label `controller-revision-hash` is the name, a dash and a hash of up to 10 digits.
        "StatefulSet" => 63 - 11,
        "Service" | "Namespace" => 63,
        _ => 253,
    }
}

/// Every value of an object's labels and selectors.
fn label_values(value: &Value, inside: bool, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let labels = matches!(key.as_str(), "labels" | "matchLabels");
                label_values(value, labels, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| label_values(value, false, found)),
        Value::String(text) if inside => found.push(text.clone()),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn derived_names_are_valid_for_every_bundle_that_is_accepted(bundle in names(63), environment in names(63)) {
        let long = bundle.as_str().len() > 36;
        let shop = Shop::named(&environment);
        fill(&shop.bundle_named(bundle));
        let built = shop.platform().build();
        prop_assert_eq!(built.is_err(), long);
        for resource in built.into_iter().flat_map(|built| built.bundles).flat_map(|bundle| bundle.resources) {
            let object = resource.object_ref();
            prop_assert!(is_subdomain(&object.name), "{}", object);
            prop_assert!(object.name.len() <= longest(object.kind), "{}", object);
            let json = resource.to_json().expect("finite numbers");
            let mut values = Vec::new();
            label_values(&json, false, &mut values);
            for value in values {
                prop_assert!(is_label(&value), "label {value} of {object}");
            }
            for volume in json.pointer("/spec/template/spec/volumes").and_then(Value::as_array).into_iter().flatten() {
                let name = volume["name"].as_str().unwrap_or_default();
                prop_assert!(is_label(name), "volume {name} of {object}");
            }
        }
    }

    #[test]
    fn a_component_of_any_name_is_refused_or_valid(bundle in names(36), component in names(63)) {
        let shop = Shop::new();
        let stateful_set = shop.bundle_named(bundle).component(component, &NODES).stateful_set(1);
        let server = stateful_set.container(container());
        let claim = stateful_set.volume_claim_template(VolumeClaimTemplate {
            name: name!("data"),
            size: gibibytes(1),
            storage_class: name!("fast"),
            owner: uid!(1000),
        });
        server.mount(&claim, path!("/data"));
        stateful_set.governed_by(&server.expose_tcp(port!(80)));
        let built = shop.platform().build();
        for resource in built.into_iter().flat_map(|built| built.bundles).flat_map(|bundle| bundle.resources) {
            let object = resource.object_ref();
            prop_assert!(object.name.len() <= longest(object.kind), "{}", object);
        }
    }

    #[test]
    fn the_same_parts_give_the_same_bytes(bundle in names(36), environment in names(63)) {
        let write = || {
            let shop = Shop::named(&environment);
            fill(&shop.bundle_named(bundle.clone()));
            [shop.build(), shop.build()].map(|built| {
                let mut output = String::new();
                for resource in built.bundles.into_iter().flat_map(|bundle| bundle.resources) {
                    resource.write_yaml(&mut output).expect("finite numbers");
                }
                output
            })
        };
        let [once, again] = write();
        prop_assert!(!once.is_empty());
        prop_assert_eq!(&once, &again);
        prop_assert_eq!([once, again], write());
    }
}
