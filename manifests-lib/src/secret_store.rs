//! Stores that External Secrets reads from, and Secrets that it copies from there.

use std::collections::BTreeMap;

use custom_resources::external_secrets::v1 as external_secrets;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::{
    BuildError, Bundle, LabelKey, Name, Namespace, Origin, Region, SecretDataKey,
    SecretsManagerName,
};

/// A store that External Secrets reads from, as others refer to it.
///
/// Upstream: <https://external-secrets.io/latest/api/clustersecretstore/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterSecretStore {
    /// Name of the ClusterSecretStore.
    pub name: Name,
    /// Namespaces that may read through it; External Secrets refuses all others, and so does the build.
    pub readers: &'static [Namespace],
}

/// A Secret that is a copy of a secret in AWS Secrets Manager, fetched again every hour.
///
/// Becomes an ExternalSecret of the same name, which owns the Secret.
///
/// Upstream: <https://external-secrets.io/latest/api/externalsecret/>
#[derive(Clone, Debug)]
pub struct StoredSecret<'a> {
    /// Name of the Secret.
    pub name: Name,
    /// Store that it is read through.
    pub store: &'a ClusterSecretStore,
    /// The secret in AWS: a JSON object.
    pub from: &'a SecretsManagerName,
    /// Properties of the object, which become keys of the Secret.
    pub keys: Vec<SecretDataKey>,
    /// Labels of the Secret, by which some tools find it.
    pub labels: Vec<(LabelKey, Name)>,
}

impl Bundle {
    /// Makes a store of the AWS Secrets Manager of a region.
    ///
    /// It has no credentials: External Secrets reads with the rights of its ServiceAccount, which an association of EKS Pod
    /// Identity gives.
    ///
    /// Becomes a ClusterSecretStore.
    ///
    /// Upstream: <https://external-secrets.io/latest/provider/aws-access/>
    #[track_caller]
    pub fn secrets_manager_store(&self, store: &ClusterSecretStore, region: &Region) {
        let readers = store.readers.iter().map(ToString::to_string).collect();
        self.add(external_secrets::ClusterSecretStore {
            metadata: ObjectMeta { name: Some(store.name.to_string()), ..ObjectMeta::default() },
            spec: Some(external_secrets::ClusterSecretStoreSpec {
                conditions: Some(vec![external_secrets::ClusterSecretStoreCondition {
                    namespaces: Some(readers),
                    ..external_secrets::ClusterSecretStoreCondition::default()
                }]),
                ..external_secrets::ClusterSecretStoreSpec::required(
                    external_secrets::ClusterSecretStoreProvider {
                        aws: Some(external_secrets::ProviderAws::required(
                            region.to_string(),
                            external_secrets::AwsService::SecretsManager,
                        )),
                    },
                )
            }),
        });
    }

    /// Copies a secret of AWS Secrets Manager into the bundle's namespace.
    #[track_caller]
    pub fn stored_secret(&self, secret: StoredSecret<'_>) {
        let StoredSecret { name, store, from, keys, labels } = secret;
        let origin = Origin::here();
        if let Some(error) = store.refusal(self.namespace(), origin) {
            self.error(origin, error.message);
        }
        let labels: BTreeMap<_, _> =
            labels.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        let template = external_secrets::TargetTemplate {
            engine_version: Some(external_secrets::TemplateEngineVersion::V2),
            merge_policy: Some(external_secrets::TemplateMergePolicy::Replace),
            metadata: Some(external_secrets::TemplateMetadata {
                labels: Some(labels.clone()),
                ..external_secrets::TemplateMetadata::default()
            }),
            ..external_secrets::TargetTemplate::default()
        };
        let properties = keys.iter().map(|key| (key.as_str(), key.as_str()));
        let mut spec = store.copy(from, properties, name.as_str());
        if let Some(target) = &mut spec.target {
            target.template = (!labels.is_empty()).then_some(template);
        }
        self.add(external_secrets::ExternalSecret {
            metadata: ObjectMeta { name: Some(name.to_string()), ..ObjectMeta::default() },
            spec: Some(spec),
        });
    }
}

impl ClusterSecretStore {
    /// A Secret with a key for each property of a secret in the store; the pairs are key and property.
    pub(crate) fn copy<'a>(
        &self,
        from: &SecretsManagerName,
        properties: impl IntoIterator<Item = (&'a str, &'a str)>,
        secret: &str,
    ) -> external_secrets::ExternalSecretSpec {
        let data = properties
            .into_iter()
            .map(|(key, property)| {
                external_secrets::ExternalSecretData::required(
                    external_secrets::RemoteRef {
                        property: Some(property.to_owned()),
                        ..external_secrets::RemoteRef::required(String::from(from))
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
                name: Some(self.name.to_string()),
            }),
            target: Some(external_secrets::ExternalSecretTarget {
                creation_policy: Some(external_secrets::TargetCreationPolicy::Owner),
                name: Some(secret.to_owned()),
                ..external_secrets::ExternalSecretTarget::default()
            }),
            ..external_secrets::ExternalSecretSpec::default()
        }
    }

    /// What is wrong with reading from a namespace, if anything.
    pub(crate) fn refusal(&self, namespace: &Namespace, origin: Origin) -> Option<BuildError> {
        (!self.readers.contains(namespace)).then(|| {
            BuildError::new(
                origin,
                format!(
                    "the store {} refuses the namespace {namespace}, and the Secret would never appear: add the namespace to the \
                     store's `readers`",
                    self.name
                ),
            )
        })
    }
}
