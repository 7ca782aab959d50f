use std::collections::BTreeMap;

use insta::assert_snapshot;
use k8s_openapi::ByteString;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use manifests_lib::data::{GeneratedCredentials, GeneratedSecret};
use manifests_lib::name;

use crate::support::{NODES, Shop, server, service};

fn named(name: &str) -> ObjectMeta {
    ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() }
}

fn token() -> core::EnvVar {
    core::EnvVar { name: "API_TOKEN".to_owned(), value: Some("t0ken".to_owned()), value_from: None }
}

#[test]
fn a_plain_value_of_a_handle_under_a_name_that_says_secret() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let address = app.calls(&service(&web.component(name!("api"), &NODES)));
    server(&app).env([address.host("API_TOKEN")]);
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/mistakes/secrets.rs:N: "API_TOKEN": a plain variable is readable in Git: a name that says password, secret, token, credential or key takes its value from a SecretKey [secret-in-plain-text]"#);
}

#[test]
fn a_plain_value_that_a_patch_adds() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    web.patch(|deployment: &mut apps::Deployment| {
        let template = &mut deployment.spec.get_or_insert_default().template;
        template.spec.get_or_insert_default().containers[0].env = Some(vec![token()]);
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: the variable API_TOKEN of container server has a plain value that would stand in Git: take it from a SecretKey (see also manifests-lib/tests/language/mistakes/secrets.rs:N) [secret-in-plain-text]");
}

#[test]
fn a_plain_value_in_an_object_as_it_stands() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.add(core::Pod {
        metadata: named("once"),
        spec: Some(core::PodSpec {
            containers: vec![core::Container {
                name: "main".to_owned(),
                ..core::Container::default()
            }],
            init_containers: Some(vec![core::Container {
                name: "setup".to_owned(),
                env: Some(vec![token()]),
                ..core::Container::default()
            }]),
            ..core::PodSpec::default()
        }),
        status: None,
    });
    let mistakes = shop.mistakes();
    let of_variables: Vec<_> = mistakes.lines().filter(|line| line.contains("variable")).collect();
    assert_snapshot!(of_variables.join("\n"), @"manifests-lib/tests/language/mistakes/secrets.rs:N: Pod shop/once: the variable API_TOKEN of container setup has a plain value that would stand in Git: take it from a SecretKey [secret-in-plain-text]");
}

#[test]
fn a_login_whose_password_can_be_guessed() {
    let shop = Shop::new();
    let web = shop.bundle();
    let _credentials = web.app(&NODES).credentials(GeneratedCredentials {
        user: name!("admin"),
        password: GeneratedSecret { length: 15 },
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/secrets.rs:N: the secret password would have fewer than 16 characters, which can be guessed: ask for more [short-secret]");
}

#[test]
fn a_secret_with_text() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.add(core::Secret {
        metadata: named("tls"),
        string_data: Some(BTreeMap::from([("key".to_owned(), "pem".to_owned())])),
        ..core::Secret::default()
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/secrets.rs:N: Secret shop/tls: the values of a Secret would stand in Git for everyone to read: let an ExternalSecret deliver them (Component::secret) [secret-in-plain-text]");
}

#[test]
fn a_secret_with_data() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.add(core::Secret {
        metadata: named("tls"),
        data: Some(BTreeMap::from([("key".to_owned(), ByteString(b"pem".to_vec()))])),
        ..core::Secret::default()
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/secrets.rs:N: Secret shop/tls: the values of a Secret would stand in Git for everyone to read: let an ExternalSecret deliver them (Component::secret) [secret-in-plain-text]");
}
