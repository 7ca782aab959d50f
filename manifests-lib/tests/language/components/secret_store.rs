use custom_resources::external_secrets::v1::{
    ExternalSecret, ExternalSecretSpec, StoreKind, StoreRef,
};
use insta::assert_snapshot;
use manifests_lib::data::SyncedSecret;
use manifests_lib::model::{Bundle, Namespace, named};
use manifests_lib::values::Name;
use manifests_lib::{label_key, name, secret_data_key, secrets_manager_name};

use crate::support::{ELSEWHERE, NAMESPACE, Shop};

fn read(bundle: &Bundle) {
    bundle.synced_secret(SyncedSecret {
        name: name!("login"),
        from: secrets_manager_name!("test/web/login"),
        keys: vec![secret_data_key!("clientID"), secret_data_key!("clientSecret")],
        labels: vec![(label_key!("example.com/part-of"), name!("web"))],
    });
}

/// The store of a platform whose bundles read in this order.
fn store(readers: [(Namespace, Name); 3]) -> String {
    let shop = Shop::new();
    let secrets = shop.secrets_manager();
    for (namespace, name) in readers {
        let reader = shop.bundle_in(&namespace, name.clone());
        reader.synced_secret(SyncedSecret {
            name,
            from: secrets_manager_name!("test/web/login"),
            keys: vec![secret_data_key!("clientID")],
            labels: Vec::new(),
        });
    }
    shop.objects(&secrets, &["ClusterSecretStore"])
}

#[test]
fn it_reads_with_the_rights_of_its_pods_for_the_namespaces_that_read_in_the_order_of_their_bundles()
{
    let [first, second, third] =
        [(NAMESPACE, name!("admin")), (ELSEWHERE, name!("mobile")), (ELSEWHERE, name!("web"))];
    let in_order = store([first.clone(), second.clone(), third.clone()]);
    assert_snapshot!(in_order, @"
    apiVersion: external-secrets.io/v1
    kind: ClusterSecretStore
    metadata:
      name: aws-secrets-manager
      labels:
        env: test
    spec:
      conditions:
      - namespaces:
        - shop
        - elsewhere
      provider:
        aws:
          region: eu-west-1
          service: SecretsManager
    ");
    assert_eq!(store([third, second, first]), in_order);
}

#[test]
fn a_secret_is_a_copy_with_labels() {
    let shop = Shop::new();
    let web = shop.bundle();
    shop.secrets_manager();
    read(&web);
    assert_snapshot!(shop.objects(&web, &["ExternalSecret"]), @"
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata:
      name: login
      labels:
        env: test
      namespace: shop
    spec:
      data:
      - remoteRef:
          key: test/web/login
          property: clientID
        secretKey: clientID
      - remoteRef:
          key: test/web/login
          property: clientSecret
        secretKey: clientSecret
      refreshInterval: 1h0m0s
      secretStoreRef:
        kind: ClusterSecretStore
        name: aws-secrets-manager
      target:
        creationPolicy: Owner
        name: login
        template:
          engineVersion: v2
          mergePolicy: Replace
          metadata:
            labels:
              example.com/part-of: web
    ");
}

#[test]
fn a_read_without_a_store_is_refused() {
    let shop = Shop::new();
    read(&shop.bundle());
    let other = shop.bundle_in(&ELSEWHERE, name!("mobile"));
    read(&other);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/secret_store.rs:N: the secret is in AWS Secrets Manager, and no store of the platform reads that: the Secret would never appear; add a `secrets_manager_store` [missing-secret-store]");
}

#[test]
fn the_namespace_of_an_external_secret_as_it_stands_is_admitted_too() {
    let shop = Shop::new();
    let secrets = shop.secrets_manager();
    shop.bundle().add(external_secret());
    assert_eq!(
        shop.part(&secrets, "ClusterSecretStore", "/spec/conditions"),
        "- namespaces:\n  - shop\n"
    );
}

#[test]
fn what_a_patch_leads_to_the_store_in_another_namespace_is_refused() {
    let shop = Shop::new();
    shop.secrets_manager();
    let mobile = shop.bundle_in(&ELSEWHERE, name!("mobile"));
    mobile.add(ExternalSecret { spec: None, ..external_secret() });
    mobile.patch(|secret: &mut ExternalSecret| secret.spec = external_secret().spec);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/secret_store.rs:N: the store admits only namespaces in which a bundle asks for a secret, and this one came by a patch: the Secret would never appear; write it as a `synced_secret` of a bundle there [missing-secret-store]");
}

#[test]
fn an_external_secret_as_it_stands_needs_a_store() {
    let shop = Shop::new();
    shop.bundle().add(external_secret());
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/secret_store.rs:N: the secret is in AWS Secrets Manager, and no store of the platform reads that: the Secret would never appear; add a `secrets_manager_store` [missing-secret-store]");
}

fn external_secret() -> ExternalSecret {
    ExternalSecret {
        metadata: named("login"),
        spec: Some(ExternalSecretSpec {
            secret_store_ref: Some(StoreRef {
                kind: Some(StoreKind::ClusterSecretStore),
                name: Some("aws-secrets-manager".to_owned()),
            }),
            ..ExternalSecretSpec::default()
        }),
    }
}
