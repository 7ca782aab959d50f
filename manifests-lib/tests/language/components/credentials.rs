use insta::assert_snapshot;
use manifests_lib::data::{CredentialsSource, GeneratedCredentials, GeneratedSecret};
use manifests_lib::model::Bundle;
use manifests_lib::{name, secrets_manager_name};

use crate::support::{NODES, Shop};

fn with(source: impl Into<CredentialsSource>) -> (Shop, Bundle) {
    let shop = Shop::new();
    let web = shop.bundle();
    let credentials = web.app(&NODES).credentials(source);
    assert_eq!(credentials.user.secret_name(&web), credentials.password.secret_name(&web));
    assert_eq!((credentials.user.key(), credentials.password.key()), ("username", "password"));
    (shop, web)
}

#[test]
fn a_generated_password_stands_beside_the_name() {
    let (shop, web) = with(GeneratedCredentials {
        user: name!("admin"),
        password: GeneratedSecret { length: 24 },
    });
    assert_snapshot!(shop.objects(&web, &["Password", "ExternalSecret"]), @"
    apiVersion: generators.external-secrets.io/v1alpha1
    kind: Password
    metadata:
      name: web-app-password
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      allowRepeat: true
      length: 24
      noUpper: false
      secretKeys:
      - password
      symbols: 0
    ---
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata:
      name: web-app-external-secret
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
            name: web-app-password
      refreshPolicy: CreatedOnce
      target:
        creationPolicy: Orphan
        immutable: true
        name: web-app-secret
        template:
          data:
            username: admin
          engineVersion: v2
          mergePolicy: Merge
    ");
}

#[test]
fn one_that_aws_keeps_is_copied() {
    let (shop, web) = with(secrets_manager_name!("test/web"));
    shop.secrets_manager();
    assert_snapshot!(shop.objects(&web, &["ExternalSecret"]), @"
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata:
      name: web-app-external-secret
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      data:
      - remoteRef:
          key: web
          property: username
        secretKey: username
      - remoteRef:
          key: web
          property: password
        secretKey: password
      refreshInterval: 1h0m0s
      secretStoreRef:
        kind: ClusterSecretStore
        name: aws-secrets-manager-web
      target:
        creationPolicy: Owner
        name: web-app-secret
    ");
}
