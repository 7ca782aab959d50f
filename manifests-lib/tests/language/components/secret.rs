use insta::assert_snapshot;
use manifests_lib::{
    Bundle, ClusterSecretStore, GeneratedSecret, SecretSource, SecretText, SecretsManagerSecret,
    name, secrets_manager_name,
};

use crate::support::{bundle, container_part, kinds, objects, server};

fn with(source: &SecretSource) -> Bundle {
    let web = bundle();
    let app = web.app();
    let key = app.secret(SecretText {
        key: name!("signing-key"),
        source,
    });
    server(&app).env([key.variable("SIGNING_KEY")]);
    web
}

fn generated() -> SecretSource {
    SecretSource::Generated(GeneratedSecret { length: 32 })
}

fn kept_in_aws() -> SecretSource {
    SecretSource::SecretsManager(
        SecretsManagerSecret {
            name: secrets_manager_name!("test/web/app"),
            property: name!("key"),
        },
        ClusterSecretStore {
            name: name!("secrets-manager"),
        },
    )
}

#[test]
fn a_generated_one_is_created_once() {
    assert_snapshot!(objects(&with(&generated()), &["Password", "ExternalSecret"]), @"");
}

#[test]
fn one_that_aws_keeps_is_followed() {
    let web = with(&kept_in_aws());
    assert_snapshot!(objects(&web, &["ExternalSecret"]), @"");
    assert!(!kinds(&web).contains(&"Password"));
}

#[test]
fn reaches_a_container_by_reference_wherever_it_comes_from() {
    assert_snapshot!(container_part(&with(&generated()), "/env"), @"");
    assert_eq!(
        container_part(&with(&kept_in_aws()), "/env"),
        container_part(&with(&generated()), "/env")
    );
}
