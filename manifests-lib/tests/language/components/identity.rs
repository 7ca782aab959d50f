//! What pods may do in AWS.

use std::collections::BTreeMap;

use custom_resources::external_secrets::v1 as external_secrets;
use insta::assert_snapshot;
use manifests_lib::cluster::{Arn, IamPolicy, PodIdentity, Statement, WellKnownPolicy};
use manifests_lib::data::SyncedSecret;
use manifests_lib::model::named;
use manifests_lib::{name, secret_data_key, secrets_manager_name};

use crate::support::{ELSEWHERE, NODES, Shop, config_map};

fn rights(shop: &Shop) -> String {
    let identities = shop.build().pod_identities;
    let lines =
        identities.iter().map(|PodIdentity { namespace, service_account, policy, origin: _ }| {
            let policy = match policy {
                IamPolicy::WellKnown(policy) => format!("{policy:?}"),
                IamPolicy::Statements(statements) => statements
                    .iter()
                    .flat_map(|statement| &statement.resources)
                    .map(|arn| match arn {
                        Arn::Regional { service, region, resource } => {
                            format!("{service} {region} {resource}")
                        }
                        Arn::LogGroup { region, name } => format!("log group {region} {name}"),
                        Arn::Bucket { name } => format!("bucket {name}"),
                        Arn::BucketObjects { name } => format!("objects of {name}"),
                        Arn::Secret { region, name } => format!("secret {region} {name}"),
                        Arn::Global { service, resource } => format!("{service} {resource}"),
                        Arn::Every => "*".to_owned(),
                    })
                    .collect::<Vec<_>>()
                    .join(", "),
            };
            format!("{namespace}/{service_account}: {policy}")
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn they_are_sorted_by_service_account() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.add(config_map("settings"));
    let everything = IamPolicy::Statements(vec![Statement {
        actions: vec!["sts:GetCallerIdentity"],
        resources: vec![Arn::Every],
        conditions: BTreeMap::new(),
    }]);
    web.pod_identity(name!("writer"), everything.clone());
    web.pod_identity(name!("certificates"), everything);
    let other = shop.bundle_in(&ELSEWHERE, name!("other"));
    other.add(config_map("settings"));
    let balancers = IamPolicy::WellKnown(WellKnownPolicy::AwsLoadBalancerController);
    other.pod_identity(name!("certificates"), balancers);
    assert_snapshot!(rights(&shop), @"
    elsewhere/certificates: AwsLoadBalancerController
    shop/certificates: *
    shop/writer: *
    ");
}

#[test]
fn external_secrets_reads_exactly_what_the_platform_names() {
    let shop = Shop::new();
    shop.secrets_manager();
    let web = shop.bundle();
    let _ = web.app(&NODES).credentials(secrets_manager_name!("test/web"));
    web.synced_secret(SyncedSecret {
        name: name!("login"),
        from: secrets_manager_name!("test/login"),
        keys: vec![secret_data_key!("clientID")],
        labels: Vec::new(),
    });
    assert_snapshot!(rights(&shop), @"elsewhere/reader: secret eu-west-1 test/login, secret eu-west-1 test/web");
}

#[test]
fn an_external_secret_as_it_stands_is_read_too() {
    let of_store = |name: &str| {
        Some(external_secrets::StoreRef {
            kind: Some(external_secrets::StoreKind::ClusterSecretStore),
            name: Some(name.to_owned()),
        })
    };
    let shop = Shop::new();
    shop.secrets_manager();
    let web = shop.bundle();
    let _ = web.app(&NODES).credentials(secrets_manager_name!("test/web"));
    web.add(external_secrets::ExternalSecret {
        metadata: named("whole"),
        spec: Some(external_secrets::ExternalSecretSpec {
            data_from: Some(vec![external_secrets::ExternalSecretDataFrom {
                extract: Some(external_secrets::RemoteRef::required("whole".to_owned())),
                ..external_secrets::ExternalSecretDataFrom::default()
            }]),
            secret_store_ref: of_store("aws-secrets-manager-web"),
            ..external_secrets::ExternalSecretSpec::default()
        }),
    });
    web.add(external_secrets::ExternalSecret {
        metadata: named("of-another-store"),
        spec: Some(external_secrets::ExternalSecretSpec {
            data: Some(vec![external_secrets::ExternalSecretData::required(
                external_secrets::RemoteRef::required("test/of-another-store".to_owned()),
                "key".to_owned(),
            )]),
            secret_store_ref: of_store("vault"),
            ..external_secrets::ExternalSecretSpec::default()
        }),
    });
    assert_snapshot!(rights(&shop), @"elsewhere/reader: secret eu-west-1 test/web, secret eu-west-1 test/whole");
}

#[test]
fn a_store_that_reads_nothing_has_no_rights() {
    let shop = Shop::new();
    shop.secrets_manager();
    assert_snapshot!(rights(&shop), @"");
}
