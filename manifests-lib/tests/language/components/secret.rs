use insta::assert_snapshot;
use manifests_lib::data::{
    ClusterSecretStore, GeneratedSecret, SecretSource, SecretValue, SecretsManagerSecret,
};
use manifests_lib::model::Bundle;
use manifests_lib::{name, secrets_manager_name};

use crate::support::{READERS, bundle, container_part, kinds, objects, server};

fn with(source: &SecretSource) -> Bundle {
    let web = bundle();
    let app = web.app();
    let key = app.secret(SecretValue { key: name!("signing-key"), source });
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
        ClusterSecretStore { name: name!("secrets-manager"), namespaces: READERS },
    )
}

#[test]
fn a_generated_one_is_created_once() {
    assert_snapshot!(objects(&with(&generated()), &["Password", "ExternalSecret"]), @"
    apiVersion: generators.external-secrets.io/v1alpha1
    kind: Password
    metadata:
      name: web-app-signing-key
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      allowRepeat: true
      length: 32
      noUpper: false
      secretKeys:
      - signing-key
      symbols: 0
    ---
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata:
      name: web-app-external-secret-signing-key
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      dataFrom:
      - sourceRef:
          generatorRef:
            apiVersion: generators.external-secrets.io/v1alpha1
            kind: Password
            name: web-app-signing-key
      refreshPolicy: CreatedOnce
      target:
        creationPolicy: Orphan
        immutable: true
        name: web-app-secret-signing-key
    ");
}

#[test]
fn one_that_aws_keeps_is_followed() {
    let web = with(&kept_in_aws());
    assert_snapshot!(objects(&web, &["ExternalSecret"]), @"
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata:
      name: web-app-external-secret-signing-key
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      data:
      - remoteRef:
          key: test/web/app
          property: key
        secretKey: signing-key
      refreshInterval: 1h0m0s
      secretStoreRef:
        kind: ClusterSecretStore
        name: secrets-manager
      target:
        creationPolicy: Owner
        name: web-app-secret-signing-key
    ");
    assert!(!kinds(&web).contains(&"Password"));
}

#[test]
fn reaches_a_container_by_reference_wherever_it_comes_from() {
    assert_snapshot!(container_part(&with(&generated()), "/env"), @"
    - name: SIGNING_KEY
      valueFrom:
        secretKeyRef:
          key: signing-key
          name: web-app-secret-signing-key
    ");
    assert_eq!(
        container_part(&with(&kept_in_aws()), "/env"),
        container_part(&with(&generated()), "/env")
    );
}
