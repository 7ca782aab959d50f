use std::collections::BTreeMap;

use insta::assert_snapshot;
use k8s_openapi::ByteString;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use manifests_lib::data::{GeneratedCredentials, GeneratedSecret};
use manifests_lib::{name, not_secret, plain};

use crate::support::{NODES, Shop, Values, config_map, listed, server, service, with_values};
use serde_json::json;

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
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/mistakes/secrets.rs:N: "API_TOKEN": everybody who reads Git reads a plain variable, and this name says secret: take the value from a SecretKey, or say why it is none: not_secret!(NAME, value, "why") [secret-in-plain-text]"#);
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
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: spec.template.spec.containers[server].env[API_TOKEN].value holds a value of API_TOKEN, and everybody who reads Git would read it: take it from a Secret (Component::secret, Component::database), or say why it is none: not_secret!("API_TOKEN", …, "why") in place of plain!, otherwise Bundle::not_secret("web-app-deployment", "spec.template.spec.containers[server].env[API_TOKEN].value", "why") (see also manifests-lib/tests/language/mistakes/secrets.rs:N) [secret-in-plain-text]"#);
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
    assert_snapshot!(of_variables.join("\n"), @"");
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

#[test]
fn an_annotation_of_a_secret() {
    let shop = Shop::new();
    let mut metadata = named("tls");
    let password = ("example.com/password".to_owned(), "hunter2".to_owned());
    metadata.annotations = Some(BTreeMap::from([password]));
    shop.bundle().add(core::Secret { metadata, ..core::Secret::default() });
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/mistakes/secrets.rs:N: Secret shop/tls: metadata.annotations.example.com/password holds a value of example.com/password, and everybody who reads Git would read it: take it from a Secret (Component::secret, Component::database), or say why it is none: Bundle::not_secret("tls", "metadata.annotations.example.com/password", "why") [secret-in-plain-text]"#);
}

/// A ConfigMap with this text.
fn settings(text: &str) -> core::ConfigMap {
    let data = BTreeMap::from([("settings".to_owned(), text.to_owned())]);
    core::ConfigMap { data: Some(data), ..config_map("settings") }
}

#[test]
fn texts_that_read_like_secrets() {
    let key = ["-----BEGIN RSA PRI", "VATE KEY-----\nMIIE"].concat();
    let encoded = "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCg==";
    let access_key = ["AKIA", "IOSFODNN7EXAMPLE"].concat();
    let github = format!("ghp_{}", "hunter2".repeat(6));
    for text in [
        "mysql://root:hunter2@db:3306/shop",
        "see amqp://a:hunter2@b, or c",
        "root:hunter2@tcp(db:3306)/shop",
        &key,
        encoded,
        &github,
        "eyJhbGciOiJI.eyJzdWIiOi.hunter2",
        "serve --token=hunter2 --verbose",
        "DB_PASSWORD=hunter2",
        "db:\n  password: hunter2 # the old one\n",
        "{\"user\": \"a\", \"password\": \"hunter2\"}",
        "spring.datasource.password = hunter2",
        "host=db user=app password=hunter2",
        "export API_TOKEN='hunter2'",
        "Server=db;Uid=app;Pwd=hunter2;",
        "Authorization: Basic YXBwOmh1bnRlcjI=",
        "Bearer hunter2hunter2hunter2",
        &access_key,
    ] {
        let shop = Shop::new();
        shop.bundle().add(settings(text));
        let errors = shop.errors();
        assert_eq!(errors.len(), 1, "{text}: {}", listed(&errors));
        assert!(!errors[0].message.contains("hunter2"), "{}", errors[0]);
    }
}

#[test]
fn texts_that_are_about_secrets() {
    for text in [
        "mysql://root@db:3306/shop",
        "mysql://$(DB_USER):$(DB_PASSWORD)@db:3306/shop",
        "http://localhost:8080/@user",
        "-----BEGIN CERTIFICATE-----",
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==",
        "password: the password of the user",
        "password: \"$PASSWORD\"",
        "password=${PASSWORD}",
        "password: {{ .Values.password }}",
        "password:\n  secretKeyRef: {name: db, key: password}",
        "--token-file=/var/run/token",
        "--password=/run/secrets/password",
        "--max-tokens=4096",
        "if password == other",
        "require-password: true",
        "passwordKey: admin-password",
        "Basic authentication is enough",
        "Authorization: Bearer $TOKEN",
        "ASIA_PACIFIC_SOUTHEAST_1",
        "pwd=/srv/app",
        "sum(rate(token_requests{token=\"access\"}[5m]))",
    ] {
        let shop = Shop::new();
        shop.bundle().add(settings(text));
        let errors = shop.errors();
        assert!(errors.is_empty(), "{text}: {}", listed(&errors));
    }
}

#[test]
fn a_variable_whose_value_is_an_address_with_a_password() {
    let shop = Shop::new();
    server(&shop.bundle().app(&NODES)).env([plain!("DB_URL", "mysql://root:hunter2@db/shop")]);
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: spec.template.spec.containers[server].env[DB_URL].value holds an address with a password, and everybody who reads Git would read it: take it from a Secret (Component::secret, Component::database), or say why it is none: not_secret!("DB_URL", …, "why") in place of plain!, otherwise Bundle::not_secret("web-app-deployment", "spec.template.spec.containers[server].env[DB_URL].value", "why") [secret-in-plain-text]"#);
}

#[test]
fn an_option_whose_value_is_the_next_argument() {
    let shop = Shop::new();
    server(&shop.bundle().app(&NODES)).arguments(["serve", "--api-token", "hunter2"]);
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: spec.template.spec.containers[server].args[2] holds a value of --api-token, and everybody who reads Git would read it: take it from a Secret (Component::secret, Component::database), or say why it is none: Bundle::not_secret("web-app-deployment", "spec.template.spec.containers[server].args[2]", "why") [secret-in-plain-text]"#);
}

#[test]
fn a_value_of_a_chart() {
    let shop = Shop::new();
    let settings = Some(
        json!({ "adminPassword": "hunter2", "env": [{ "name": "API_TOKEN", "value": "hunter2" }] }),
    );
    with_values(&shop.bundle(), Values { settings, ..Values::default() });
    assert_snapshot!(shop.mistakes(), @r#"
    manifests-lib/tests/language/support.rs:N: chart tool: values.settings.adminPassword holds a value of adminPassword, and everybody who reads Git would read it: take it from a Secret (Component::secret, Component::database), or say why it is none: Bundle::not_secret("tool", "values.settings.adminPassword", "why") [secret-in-plain-text]
    manifests-lib/tests/language/support.rs:N: chart tool: values.settings.env[API_TOKEN].value holds a value of API_TOKEN, and everybody who reads Git would read it: take it from a Secret (Component::secret, Component::database), or say why it is none: Bundle::not_secret("tool", "values.settings.env[API_TOKEN].value", "why") [secret-in-plain-text]
    "#);
}

#[test]
fn what_is_declared_with_a_reason_is_accepted() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.env([
        not_secret!("FEATURE_KEY", "checkout", "names a feature"),
        not_secret!("DEMO_URL", "http://guest:guest@example.com", "the demo's public login"),
    ]);
    server.arguments(["--token=example"]);
    web.not_secret("web-app-deployment", "containers[server].args[0]", "a public example");
    web.add(settings("password: guest"));
    web.not_secret("settings", "data.settings", "the demo's public login");
    let settings = Some(json!({ "password": "guest" }));
    with_values(&web, Values { settings, ..Values::default() });
    web.not_secret("tool", "values.settings.password", "the demo's public login");
    assert_eq!(listed(&shop.errors()), "");
}

#[test]
fn an_exception_that_nothing_needs() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES)).env([not_secret!("MAX_TOKENS", "4096", "counts words")]);
    web.add(settings("password: guest"));
    web.not_secret("settings", "data.other", "the demo's public login");
    assert_snapshot!(shop.mistakes(), @r#"
    manifests-lib/tests/language/mistakes/secrets.rs:N: ConfigMap shop/settings: data.settings holds a value of password, and everybody who reads Git would read it: take it from a Secret (Component::secret, Component::database), or say why it is none: Bundle::not_secret("settings", "data.settings", "why") [secret-in-plain-text]
    manifests-lib/tests/language/mistakes/secrets.rs:N: the bundle has no text containers[server].env[MAX_TOKENS].value of web-app-deployment that reads like a secret: one that comes there later would pass unseen; remove the exception, or correct the names [unused-secret-exception]
    manifests-lib/tests/language/mistakes/secrets.rs:N: the bundle has no text data.other of settings that reads like a secret: one that comes there later would pass unseen; remove the exception, or correct the names [unused-secret-exception]
    "#);
}

#[test]
fn an_exception_without_a_reason() {
    let shop = Shop::new();
    server(&shop.bundle().app(&NODES)).env([not_secret!("FEATURE_KEY", "checkout", " ")]);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/secrets.rs:N: containers[server].env[FEATURE_KEY].value of web-app-deployment reads like a secret, and the reason why it is none is empty: say why [missing-reason]");
}
