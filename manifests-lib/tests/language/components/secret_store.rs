use custom_resources::external_secrets::v1::{
    ExternalSecret, ExternalSecretSpec, StoreKind, StoreRef,
};
use insta::assert_snapshot;
use manifests_lib::data::SyncedSecret;
use manifests_lib::model::{Bundle, Namespace, Rule, named};
use manifests_lib::values::{Name, SecretsManagerName};
use manifests_lib::{label_key, name, secret_data_key, secrets_manager_name};

use crate::support::{ELSEWHERE, NAMESPACE, NODES, Shop};

fn read(bundle: &Bundle) {
    read_from(bundle, secrets_manager_name!("test/web/login"));
}

fn read_from(bundle: &Bundle, from: SecretsManagerName) {
    bundle.synced_secret(SyncedSecret {
        name: name!("login"),
        from,
        keys: vec![secret_data_key!("clientID"), secret_data_key!("clientSecret")],
        labels: vec![(label_key!("example.com/part-of"), name!("web"))],
    });
}

/// The stores of a platform whose bundles read these secrets in this order.
fn stores(readers: [(Namespace, Name, SecretsManagerName); 3]) -> String {
    let shop = Shop::new();
    let secrets = shop.secrets_manager();
    for (namespace, name, from) in readers {
        let reader = shop.bundle_in(&namespace, name.clone());
        reader.synced_secret(SyncedSecret {
            name,
            from,
            keys: vec![secret_data_key!("clientID")],
            labels: Vec::new(),
        });
    }
    shop.objects(&secrets, &["ClusterSecretStore"])
}

#[test]
fn each_bundle_has_a_store_of_its_folder_for_its_namespace_in_the_order_of_the_bundles() {
    let [first, second, third] = [
        (NAMESPACE, name!("admin"), secrets_manager_name!("test/shop/admin")),
        (ELSEWHERE, name!("mobile"), secrets_manager_name!("test/mobile/login")),
        (NAMESPACE, name!("web"), secrets_manager_name!("test/shop/web")),
    ];
    let in_order = stores([first.clone(), second.clone(), third.clone()]);
    assert_snapshot!(in_order, @"
    apiVersion: external-secrets.io/v1
    kind: ClusterSecretStore
    metadata:
      name: aws-secrets-manager-admin
      labels:
        env: test
    spec:
      conditions:
      - namespaces:
        - shop
      provider:
        aws:
          prefix: test/shop/
          region: eu-west-1
          service: SecretsManager
    ---
    apiVersion: external-secrets.io/v1
    kind: ClusterSecretStore
    metadata:
      name: aws-secrets-manager-mobile
      labels:
        env: test
    spec:
      conditions:
      - namespaces:
        - elsewhere
      provider:
        aws:
          prefix: test/mobile/
          region: eu-west-1
          service: SecretsManager
    ---
    apiVersion: external-secrets.io/v1
    kind: ClusterSecretStore
    metadata:
      name: aws-secrets-manager-web
      labels:
        env: test
    spec:
      conditions:
      - namespaces:
        - shop
      provider:
        aws:
          prefix: test/shop/
          region: eu-west-1
          service: SecretsManager
    ");
    assert_eq!(stores([third, second, first]), in_order);
}

#[test]
fn a_bundle_that_reads_two_folders_is_refused() {
    let shop = Shop::new();
    shop.secrets_manager();
    let web = shop.bundle();
    read(&web);
    let _ = web.app(&NODES).credentials(secrets_manager_name!("test/mail/login"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/secret_store.rs:N: the bundle web reads the secrets test/web/login and test/mail/login of AWS Secrets Manager, and its store reads one folder: move one of them into the folder of the other (see also manifests-lib/tests/language/components/secret_store.rs:N) [shared-secret-folder]");
}

#[test]
fn a_folder_that_two_namespaces_read_is_refused() {
    let shop = Shop::new();
    shop.secrets_manager();
    read(&shop.bundle());
    read(&shop.bundle_in(&ELSEWHERE, name!("mobile")));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/secret_store.rs:N: the namespace shop reads the secret test/web/login of AWS Secrets Manager, and the namespace elsewhere reads test/web/login: whoever may write an ExternalSecret in one of them could read what the other reads; move one of them into a folder that is not above or below the other's (see also manifests-lib/tests/language/components/secret_store.rs:N) [shared-secret-folder]");
}

#[test]
fn a_folder_above_that_of_another_namespace_is_refused_whoever_comes_first() {
    for (web, mobile) in [
        (secrets_manager_name!("test/web/login"), secrets_manager_name!("test/login")),
        (secrets_manager_name!("test/login"), secrets_manager_name!("test/web/login")),
    ] {
        let shop = Shop::new();
        shop.secrets_manager();
        read_from(&shop.bundle(), web);
        read_from(&shop.bundle_in(&ELSEWHERE, name!("mobile")), mobile);
        let [error] = shop.errors().try_into().expect("one mistake");
        assert_eq!(error.rule, Rule::SharedSecretFolder);
    }
}

#[test]
fn folders_whose_names_begin_alike_are_two() {
    let shop = Shop::new();
    shop.secrets_manager();
    read_from(&shop.bundle(), secrets_manager_name!("test/web/login"));
    let other = shop.bundle_in(&ELSEWHERE, name!("mobile"));
    read_from(&other, secrets_manager_name!("test/web-mobile/login"));
    shop.build();
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
          key: login
          property: clientID
        secretKey: clientID
      - remoteRef:
          key: login
          property: clientSecret
        secretKey: clientSecret
      refreshInterval: 1h0m0s
      secretStoreRef:
        kind: ClusterSecretStore
        name: aws-secrets-manager-web
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
    read_from(&other, secrets_manager_name!("test/mobile/login"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/secret_store.rs:N: the secret is in AWS Secrets Manager, and no store of the platform reads that: the Secret would never appear; add a `secrets_manager_store` [missing-secret-store]");
}

#[test]
fn an_external_secret_as_it_stands_reads_through_the_store_of_its_bundle() {
    let shop = Shop::new();
    shop.secrets_manager();
    let web = shop.bundle();
    web.add(external_secret());
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/secret_store.rs:N: only a bundle that asks for a secret has a store, which admits its own namespace alone: the Secret would never appear; write it as a `synced_secret` of its bundle [missing-secret-store]");
    read_from(&web, secrets_manager_name!("test/web/mail"));
    let mut errors = shop.errors();
    errors.retain(|error| error.rule == Rule::MissingSecretStore);
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn the_store_of_a_bundle_of_another_namespace_is_refused() {
    let shop = Shop::new();
    shop.secrets_manager();
    read(&shop.bundle());
    shop.bundle_in(&ELSEWHERE, name!("mobile")).add(external_secret());
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/secret_store.rs:N: only a bundle that asks for a secret has a store, which admits its own namespace alone: the Secret would never appear; write it as a `synced_secret` of its bundle [missing-secret-store]");
}

#[test]
fn an_external_secret_as_it_stands_needs_a_store() {
    let shop = Shop::new();
    shop.bundle().add(external_secret());
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/secret_store.rs:N: the secret is in AWS Secrets Manager, and no store of the platform reads that: the Secret would never appear; add a `secrets_manager_store` [missing-secret-store]");
}

fn external_secret() -> ExternalSecret {
    ExternalSecret {
        metadata: named("whole"),
        spec: Some(ExternalSecretSpec {
            secret_store_ref: Some(StoreRef {
                kind: Some(StoreKind::ClusterSecretStore),
                name: Some("aws-secrets-manager-web".to_owned()),
            }),
            ..ExternalSecretSpec::default()
        }),
    }
}
