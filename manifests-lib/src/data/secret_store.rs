//! The store by which External Secrets reads AWS Secrets Manager, and Secrets that it copies from there.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};

use custom_resources::external_secrets::v1 as external_secrets;

use crate::cluster::{Arn, IamPolicy, PodIdentity, Statement};
use crate::model::bundle::{Bundle, Output, Part};
use crate::model::distinct::distinct;
use crate::model::error::BuildError;
use crate::model::facts::Facts;
use crate::model::metadata::named;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::resource::Resource;
use crate::model::rule::Rule;
use crate::values::{LabelKey, Name, Region, SecretDataKey, SecretsManagerName};

/// The one store of a cluster that reads AWS Secrets Manager.
const STORE: Name = name!("aws-secrets-manager");

/// A store of the AWS Secrets Manager of a region.
///
/// It has no credentials: External Secrets reads with the rights of its ServiceAccount, which an association of EKS Pod
/// Identity gives for exactly the secrets that the platform names. Namespaces that read nothing are refused.
///
/// Becomes the ClusterSecretStore `aws-secrets-manager`.
///
/// Upstream: <https://external-secrets.io/latest/provider/aws-access/>
#[derive(Clone, Debug)]
pub struct SecretsManagerStore<'a> {
    /// Region of the Secrets Manager.
    pub region: &'a Region,
    /// ServiceAccount of the pods of External Secrets, in the bundle's namespace.
    pub service_account: Name,
}

/// A Secret that is a copy of a secret in AWS Secrets Manager, fetched again every hour.
///
/// Becomes an ExternalSecret of the same name, which owns the Secret.
///
/// Upstream: <https://external-secrets.io/latest/api/externalsecret/>
#[derive(Clone, Debug)]
pub struct SyncedSecret {
    /// Name of the Secret.
    pub name: Name,
    /// The secret in AWS: a JSON object.
    pub from: SecretsManagerName,
    /// Properties of the object, which become keys of the Secret.
    pub keys: Vec<SecretDataKey>,
    /// Labels of the Secret, by which some tools find it.
    pub labels: Vec<(LabelKey, Name)>,
}

/// A part that reads through the store.
pub(crate) struct SecretRead {
    /// The bundle that reads.
    pub(crate) bundle: Name,
    /// Where the Secret appears.
    pub(crate) namespace: String,
}

impl Bundle {
    /// Makes the store of AWS Secrets Manager; the bundle's namespace is that of External Secrets.
    #[track_caller]
    pub fn secrets_manager_store(&self, store: SecretsManagerStore<'_>) {
        let SecretsManagerStore { region, service_account } = store;
        self.push(StorePart {
            origin: Origin::here(),
            region: region.clone(),
            identity: (self.namespace().clone(), service_account),
        });
    }

    /// Copies a secret of AWS Secrets Manager into the bundle's namespace.
    #[track_caller]
    pub fn synced_secret(&self, secret: SyncedSecret) {
        self.push(SyncedSecretPart {
            origin: Origin::here(),
            bundle: self.name().clone(),
            namespace: self.namespace().clone(),
            secret,
        });
    }
}

struct StorePart {
    origin: Origin,
    region: Region,
    /// Namespace and name of a ServiceAccount.
    identity: (Namespace, Name),
}

impl Part for StorePart {
    fn build(&self, output: &mut Output<'_>) {
        // By the bundles that read, so that the order does not depend on the order of lines.
        let mut readers: Vec<&SecretRead> = output.declared.all().iter().collect();
        readers.sort_by_key(|read| &read.bundle);
        let namespaces = distinct(readers.into_iter().map(|read| read.namespace.clone()));
        output.add(
            self.origin,
            external_secrets::ClusterSecretStore {
                metadata: named(&STORE),
                spec: Some(external_secrets::ClusterSecretStoreSpec {
                    conditions: Some(vec![external_secrets::ClusterSecretStoreCondition {
                        namespaces: Some(namespaces),
                        ..external_secrets::ClusterSecretStoreCondition::default()
                    }]),
                    ..external_secrets::ClusterSecretStoreSpec::required(
                        external_secrets::ClusterSecretStoreProvider {
                            aws: Some(external_secrets::ProviderAws::required(
                                self.region.to_string(),
                                external_secrets::AwsService::SecretsManager,
                            )),
                        },
                    )
                }),
            },
        );
        let (namespace, service_account) = self.identity.clone();
        output.facts.push(StoreFact {
            namespace,
            service_account,
            region: self.region.clone(),
            origin: self.origin,
        });
    }
}

/// A store that is part of the platform.
pub(crate) struct StoreFact {
    namespace: Namespace,
    service_account: Name,
    region: Region,
    origin: Origin,
}

impl StoreFact {
    /// The right to read what some ExternalSecret of the platform names, whoever wrote it; nothing where none does.
    pub(crate) fn pod_identity<'a>(
        &self,
        resources: impl Iterator<Item = &'a Resource>,
    ) -> Option<PodIdentity> {
        let secrets = secrets(resources);
        (!secrets.is_empty()).then(|| PodIdentity {
            namespace: self.namespace.clone(),
            service_account: self.service_account.clone(),
            origin: self.origin,
            policy: IamPolicy::Statements(vec![Statement {
                actions: vec!["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                resources: secrets
                    .into_iter()
                    .map(|name| Arn {
                        service: "secretsmanager",
                        region: self.region.clone(),
                        // Secrets Manager adds a dash and six characters to the name of a secret.
                        resource: format!("secret:{name}-??????"),
                    })
                    .collect(),
            }]),
        })
    }
}

/// What reads through the store where the platform has none, or in a namespace that the store does not admit.
pub(crate) fn unread<'a>(
    reads: &[SecretRead],
    stores: &[StoreFact],
    resources: impl Iterator<Item = &'a Resource>,
) -> Vec<BuildError> {
    let readers: Vec<&Resource> =
        resources.filter(|resource| read_by(resource).is_some()).collect();
    let error = |origin, message: &str| BuildError::new(Rule::MissingSecretStore, origin, message);
    if stores.is_empty() {
        let mut origins = distinct(readers.iter().map(|reader| reader.origin())).into_iter();
        let first = origins.next().map(|origin| {
            error(
                origin,
                "the secret is in AWS Secrets Manager, and no store of the platform reads that: the Secret would never appear; \
                 add a `secrets_manager_store`",
            )
            .related(origins)
        });
        return first.into_iter().collect();
    }
    let admitted: BTreeSet<&str> = reads.iter().map(|read| read.namespace.as_str()).collect();
    let elsewhere = readers.into_iter().filter(|reader| {
        let namespace = reader.object_ref().namespace;
        namespace.is_some_and(|namespace| !admitted.contains(namespace.as_str()))
    });
    elsewhere
        .map(|reader| {
            error(
                reader.origin(),
                "the store admits only namespaces in which a bundle asks for a secret, and this one came by a patch: the Secret \
                 would never appear; write it as a `synced_secret` of a bundle there",
            )
        })
        .collect()
}

/// The names in Secrets Manager that each ExternalSecret reads from there.
fn secrets<'a>(resources: impl Iterator<Item = &'a Resource>) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for spec in resources.filter_map(read_by) {
        names.extend(spec.data.iter().flatten().map(|data| data.remote_ref.key.as_str()));
        let extracted = spec.data_from.iter().flatten();
        names.extend(
            extracted.filter_map(|from| from.extract.as_ref()).map(|extract| extract.key.as_str()),
        );
    }
    names
}

/// Whether an object is an ExternalSecret that reads through the store.
pub(crate) fn reads(object: &dyn Any) -> bool {
    object.downcast_ref::<external_secrets::ExternalSecret>().and_then(through_store).is_some()
}

fn read_by(resource: &Resource) -> Option<&external_secrets::ExternalSecretSpec> {
    resource.get::<external_secrets::ExternalSecret>().and_then(through_store)
}

/// What an ExternalSecret reads, where it does so through the store.
fn through_store(
    secret: &external_secrets::ExternalSecret,
) -> Option<&external_secrets::ExternalSecretSpec> {
    let spec = secret.spec.as_ref()?;
    let store = spec.secret_store_ref.as_ref()?;
    (store.name.as_deref() == Some(STORE.as_str())).then_some(spec)
}

struct SyncedSecretPart {
    origin: Origin,
    bundle: Name,
    namespace: Namespace,
    secret: SyncedSecret,
}

impl Part for SyncedSecretPart {
    fn declare(&self, declared: &mut Facts) {
        declared.push(SecretRead {
            bundle: self.bundle.clone(),
            namespace: self.namespace.to_string(),
        });
    }

    fn build(&self, output: &mut Output<'_>) {
        let SyncedSecret { name, from, keys, labels } = &self.secret;
        let labels: BTreeMap<_, _> =
            labels.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        let properties = keys.iter().map(|key| (key.as_str(), key.as_str()));
        let mut spec = copy(from, properties, name.as_str());
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
            self.origin,
            external_secrets::ExternalSecret { metadata: named(name), spec: Some(spec) },
        );
    }
}

/// A Secret with a key for each property of a secret in the store; the pairs are key and property.
pub(crate) fn copy<'a>(
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
            name: Some(STORE.to_string()),
        }),
        target: Some(external_secrets::ExternalSecretTarget {
            creation_policy: Some(external_secrets::TargetCreationPolicy::Owner),
            name: Some(secret.to_owned()),
            ..external_secrets::ExternalSecretTarget::default()
        }),
        ..external_secrets::ExternalSecretSpec::default()
    }
}
