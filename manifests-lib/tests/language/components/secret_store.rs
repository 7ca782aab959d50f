use insta::assert_snapshot;
use manifests_lib::data::{ClusterSecretStore, SyncedSecret};
use manifests_lib::model::{Bundle, Namespace};
use manifests_lib::{label_key, name, region, secret_data_key, secrets_manager_name};

use crate::support::{NAMESPACE, READERS, bundle, mistakes, objects};

const BOTH: &[Namespace] = &[NAMESPACE, Namespace::new(name!("elsewhere"))];

fn with(store: &ClusterSecretStore) -> Bundle {
    let web = bundle();
    web.synced_secret(SyncedSecret {
        name: name!("login"),
        store,
        from: &secrets_manager_name!("test/web/login"),
        keys: vec![secret_data_key!("clientID"), secret_data_key!("clientSecret")],
        labels: vec![(label_key!("example.com/part-of"), name!("web"))],
    });
    web
}

#[test]
fn it_reads_with_the_rights_of_its_pods_for_the_namespaces_that_it_names() {
    let web = bundle();
    let store = ClusterSecretStore { name: name!("vault"), namespaces: BOTH };
    web.secrets_manager_store(&store, &region!("eu-west-1"));
    assert_snapshot!(objects(&web, &["ClusterSecretStore"]), @"
    apiVersion: external-secrets.io/v1
    kind: ClusterSecretStore
    metadata:
      name: vault
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
}

#[test]
fn a_secret_is_a_copy_with_labels() {
    let web = with(&ClusterSecretStore { name: name!("vault"), namespaces: READERS });
    assert_snapshot!(objects(&web, &["ExternalSecret"]), @"
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
        name: vault
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
fn a_namespace_that_it_does_not_name_is_refused() {
    let web = with(&ClusterSecretStore { name: name!("vault"), namespaces: &[] });
    assert_snapshot!(mistakes(&[&web]), @"manifests-lib/tests/language/components/secret_store.rs:N: the store vault refuses the namespace shop, and the Secret would never appear: add the namespace to the store's `namespaces`");
}
