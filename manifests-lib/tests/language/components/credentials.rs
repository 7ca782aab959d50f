use insta::assert_snapshot;
use manifests_lib::data::{
    ClusterSecretStore, CredentialsSource, GeneratedCredentials, GeneratedSecret,
};
use manifests_lib::model::{Bundle, Namespace};
use manifests_lib::{name, secrets_manager_name};

use crate::support::{NAMESPACE, bundle, objects};

fn with(source: &CredentialsSource) -> Bundle {
    let web = bundle();
    let credentials = web.app().credentials(source);
    assert_eq!(credentials.user.secret_name(), credentials.password.secret_name());
    assert_eq!((credentials.user.key(), credentials.password.key()), ("username", "password"));
    web
}

#[test]
fn a_generated_password_stands_beside_the_name() {
    let web = with(&CredentialsSource::Generated(GeneratedCredentials {
        user: name!("admin"),
        password: GeneratedSecret { length: 24 },
    }));
    assert_snapshot!(objects(&web, &["Password", "ExternalSecret"]), @"
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

/// Where the store may be read.
const READERS: &[Namespace] = &[NAMESPACE];

#[test]
fn one_that_aws_keeps_is_copied() {
    let web = with(&CredentialsSource::SecretsManager(
        secrets_manager_name!("test/web"),
        ClusterSecretStore { namespaces: READERS, name: name!("secrets-manager") },
    ));
    assert_snapshot!(objects(&web, &["ExternalSecret"]), @"
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
          key: test/web
          property: username
        secretKey: username
      - remoteRef:
          key: test/web
          property: password
        secretKey: password
      refreshInterval: 1h0m0s
      secretStoreRef:
        kind: ClusterSecretStore
        name: secrets-manager
      target:
        creationPolicy: Owner
        name: web-app-secret
    ");
}
