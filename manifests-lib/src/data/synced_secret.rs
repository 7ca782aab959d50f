//! Secrets that are copies of those in AWS Secrets Manager.

use std::collections::BTreeMap;

use custom_resources::external_secrets::v1 as external_secrets;

use crate::data::secret_store::{SecretRead, store_of};
use crate::model::bundle::{Bundle, Output, Part};
use crate::model::facts::Facts;
use crate::model::metadata::named;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::values::{LabelKey, Name, SecretDataKey, SecretsManagerName};

/// A Secret that is a copy of a secret in AWS Secrets Manager, fetched again every hour.
///
/// Becomes an ExternalSecret of the same name, which owns the Secret.
///
/// Upstream: <https://external-secrets.io/latest/api/externalsecret/>
#[derive(Clone, Debug)]
pub struct SyncedSecret {
    /// Name of the Secret: `name!("github")`.
    pub name: Name,
    /// The secret in AWS: a JSON object. `secrets_manager_name!("prd/argocd/github")`.
    pub from: SecretsManagerName,
    /// Properties of the object, which become keys of the Secret: `vec![secret_data_key!("clientID")]`.
    pub keys: Vec<SecretDataKey>,
    /// Labels of the Secret, by which some tools find it.
    pub labels: Vec<(LabelKey, Name)>,
}

/// A [`SyncedSecret`] of a bundle.
#[derive(Clone)]
pub struct SyncedSecretHandle {
    made: Made,
}

patchable! {
    SyncedSecretHandle { made: external_secrets::ExternalSecret; }
}

impl Bundle {
    /// Copies a secret of AWS Secrets Manager into the bundle's namespace.
    #[track_caller]
    pub fn synced_secret(&self, secret: SyncedSecret) -> SyncedSecretHandle {
        let made = self.push(SyncedSecretPart {
            read: SecretRead::new(self, secret.from.clone(), Origin::here()),
            secret,
        });
        SyncedSecretHandle { made }
    }
}

struct SyncedSecretPart {
    read: SecretRead,
    secret: SyncedSecret,
}

impl Part for SyncedSecretPart {
    fn declare(&self, declared: &mut Facts) {
        declared.push(self.read.clone());
    }

    fn build(&self, output: &mut Output<'_>) {
        let SyncedSecret { name, from: _, keys, labels } = &self.secret;
        let labels: BTreeMap<_, _> =
            labels.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        let properties = keys.iter().map(|key| (key.as_str(), key.as_str()));
        let mut spec = copy(&self.read, properties, name.as_str());
        if let (Some(target), false) = (&mut spec.target, labels.is_empty()) {
            target.template = Some(external_secrets::TargetTemplate {
                engine_version: Some(external_secrets::TemplateEngineVersion::V2),
                merge_policy: Some(external_secrets::TemplateMergePolicy::Replace),
                metadata: Some(external_secrets::TemplateMetadata {
                    labels: Some(labels),
                    ..external_secrets::TemplateMetadata::default()
                }),
                ..external_secrets::TargetTemplate::default()
            });
        }
        output.add(
            self.read.origin,
            external_secrets::ExternalSecret { metadata: named(name), spec: Some(spec) },
        );
    }
}

/// A Secret with a key for each property of a secret in the store of the bundle that reads; the pairs are key and property.
pub(crate) fn copy<'a>(
    read: &SecretRead,
    properties: impl IntoIterator<Item = (&'a str, &'a str)>,
    secret: &str,
) -> external_secrets::ExternalSecretSpec {
    let data = properties
        .into_iter()
        .map(|(key, property)| {
            external_secrets::ExternalSecretData::required(
                external_secrets::RemoteRef {
                    property: Some(property.to_owned()),
                    ..external_secrets::RemoteRef::required(read.secret.key().to_owned())
                },
                key.to_owned(),
            )
        })
        .collect();
    external_secrets::ExternalSecretSpec {
        data: Some(data),
        refresh_interval: Some("1h0m0s".to_owned()),
        secret_store_ref: Some(external_secrets::StoreRef {
            kind: Some(external_secrets::StoreKind::ClusterSecretStore),
            name: Some(store_of(&read.bundle)),
        }),
        target: Some(external_secrets::ExternalSecretTarget {
            creation_policy: Some(external_secrets::TargetCreationPolicy::Owner),
            name: Some(secret.to_owned()),
            ..external_secrets::ExternalSecretTarget::default()
        }),
        ..external_secrets::ExternalSecretSpec::default()
    }
}
