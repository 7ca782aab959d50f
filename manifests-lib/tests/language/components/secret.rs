use insta::assert_snapshot;
use manifests_lib::data::{GeneratedSecret, SecretSource, SecretValue, SecretsManagerSecret};
use manifests_lib::model::Bundle;
use manifests_lib::{name, secrets_manager_name};

use crate::support::{NODES, Shop, server};

fn with(source: SecretSource) -> (Shop, Bundle) {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let key = app.secret(SecretValue { key: name!("signing-key"), source });
    server(&app).env([key.variable("SIGNING_KEY")]);
    (shop, web)
}

fn generated() -> SecretSource {
    GeneratedSecret { length: 32 }.into()
}

fn kept_in_aws() -> SecretSource {
    SecretsManagerSecret { name: secrets_manager_name!("test/web/app"), property: name!("key") }
        .into()
}

#[test]
fn a_generated_one_is_created_once() {
    let (shop, web) = with(generated());
    assert_snapshot!(shop.objects(&web, &["Password", "ExternalSecret"]), @"
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
    let (shop, web) = with(kept_in_aws());
    shop.secrets_manager();
    assert_snapshot!(shop.objects(&web, &["ExternalSecret"]), @"
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
          key: app
          property: key
        secretKey: signing-key
      refreshInterval: 1h0m0s
      secretStoreRef:
        kind: ClusterSecretStore
        name: aws-secrets-manager-web
      target:
        creationPolicy: Owner
        name: web-app-secret-signing-key
    ");
    assert!(!shop.kinds(&web).contains(&"Password"));
}

#[test]
fn reaches_a_container_by_reference_wherever_it_comes_from() {
    let (shop, web) = with(generated());
    let variables = shop.container_part(&web, "/env");
    assert_snapshot!(variables, @"
    - name: SIGNING_KEY
      valueFrom:
        secretKeyRef:
          key: signing-key
          name: web-app-secret-signing-key
    ");
    let (shop, web) = with(kept_in_aws());
    shop.secrets_manager();
    assert_eq!(shop.container_part(&web, "/env"), variables);
}
