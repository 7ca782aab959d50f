//! The stores by which External Secrets reads AWS Secrets Manager.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use custom_resources::external_secrets::v1 as external_secrets;

use crate::cluster::{Arn, IamPolicy, PodIdentity, Statement};
use crate::model::bundle::{Bundle, Output, Part};
use crate::model::distinct::distinct;
use crate::model::error::BuildError;
use crate::model::metadata::named;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::resource::Resource;
use crate::model::rule::Rule;
use crate::values::{Name, Region, SecretsManagerName};

/// Access to the AWS Secrets Manager of a region.
///
/// Each bundle that reads secrets gets a store of its own, which reads one folder, for one namespace: an ExternalSecret can
/// name nothing else, whoever writes it. Bundles of different namespaces have different folders. No store has credentials:
/// External Secrets reads with the rights of its ServiceAccount, which an association of EKS Pod Identity gives for exactly
/// the secrets that the platform names.
///
/// Becomes a ClusterSecretStore `aws-secrets-manager-<bundle>` for each bundle that reads.
///
/// Upstream: <https://external-secrets.io/latest/provider/aws-access/>
#[derive(Clone, Debug)]
pub struct SecretsManagerStore<'a> {
    /// Region of the Secrets Manager: `&region!("ap-northeast-1")`.
    pub region: &'a Region,
    /// ServiceAccount of the pods of External Secrets, in the bundle's namespace: `name!("external-secrets")`.
    pub service_account: Name,
}

/// A secret that a part of a bundle reads.
#[derive(Clone)]
pub(crate) struct SecretRead {
    pub(crate) bundle: Name,
    /// Where the Secret appears.
    namespace: Namespace,
    pub(crate) secret: SecretsManagerName,
    pub(crate) origin: Origin,
}

impl SecretRead {
    pub(crate) fn new(bundle: &Bundle, secret: SecretsManagerName, origin: Origin) -> Self {
        let (bundle, namespace) = (bundle.name().clone(), bundle.namespace().clone());
        Self { bundle, namespace, secret, origin }
    }
}

/// Begins the name of every store.
const STORE: &str = "aws-secrets-manager-";

/// The store of a bundle.
pub(crate) fn store_of(bundle: &Name) -> String {
    format!("{STORE}{bundle}")
}

/// The stores of all bundles that read, of a [`SecretsManagerStore`].
#[derive(Clone)]
pub struct SecretsManagerStoreHandle {
    made: Made,
}

patchable! {
    SecretsManagerStoreHandle { made: external_secrets::ClusterSecretStore; }
}

impl Bundle {
    /// Makes the stores of AWS Secrets Manager; the bundle's namespace is that of External Secrets.
    ///
    /// The build reports a bundle that reads two folders, and two namespaces that read one.
    #[track_caller]
    pub fn secrets_manager_store(
        &self,
        store: SecretsManagerStore<'_>,
    ) -> SecretsManagerStoreHandle {
        let SecretsManagerStore { region, service_account } = store;
        let made = self.push(StorePart {
            origin: Origin::here(),
            region: region.clone(),
            identity: (self.namespace().clone(), service_account),
        });
        SecretsManagerStoreHandle { made }
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
        // By bundle, so that the order does not depend on the order of lines.
        let folders: BTreeMap<String, Folder> = output
            .declared
            .all::<SecretRead>()
            .iter()
            .map(|read| {
                let folder = Folder {
                    namespace: read.namespace.clone(),
                    prefix: read.secret.folder().to_owned(),
                };
                (store_of(&read.bundle), folder)
            })
            .collect();
        for (name, folder) in &folders {
            output.add(self.origin, folder.store(name, &self.region));
        }
        let (namespace, service_account) = self.identity.clone();
        output.facts.push(StoreFact {
            namespace,
            service_account,
            region: self.region.clone(),
            origin: self.origin,
            folders,
        });
    }
}

/// What a store reads.
struct Folder {
    /// The one namespace that may name the store.
    namespace: Namespace,
    /// The folder, with a `/` at its end.
    prefix: String,
}

impl Folder {
    fn store(&self, name: &str, region: &Region) -> external_secrets::ClusterSecretStore {
        external_secrets::ClusterSecretStore {
            metadata: named(name),
            spec: Some(external_secrets::ClusterSecretStoreSpec {
                conditions: Some(vec![external_secrets::ClusterSecretStoreCondition {
                    namespaces: Some(vec![self.namespace.to_string()]),
                    ..external_secrets::ClusterSecretStoreCondition::default()
                }]),
                ..external_secrets::ClusterSecretStoreSpec::required(
                    external_secrets::ClusterSecretStoreProvider {
                        aws: Some(external_secrets::ProviderAws {
                            // External Secrets puts it before every key, so that no key leads out of the folder. Only a search
                            // by path does without it, and for that External Secrets has no rights.
                            prefix: Some(self.prefix.clone()),
                            ..external_secrets::ProviderAws::required(
                                region.to_string(),
                                external_secrets::AwsService::SecretsManager,
                            )
                        }),
                    },
                )
            }),
        }
    }
}

/// The stores that are part of the platform.
pub(crate) struct StoreFact {
    namespace: Namespace,
    service_account: Name,
    region: Region,
    origin: Origin,
    /// By the names of the stores.
    folders: BTreeMap<String, Folder>,
}

impl StoreFact {
    /// The right to read what some ExternalSecret of the platform names, whoever wrote it; nothing where none does.
    pub(crate) fn pod_identity<'a>(
        &self,
        resources: impl Iterator<Item = &'a Resource>,
    ) -> Option<PodIdentity> {
        let secrets = self.secrets(resources);
        (!secrets.is_empty()).then(|| PodIdentity {
            namespace: self.namespace.clone(),
            service_account: self.service_account.clone(),
            origin: self.origin,
            policy: IamPolicy::Statements(vec![Statement {
                actions: vec!["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                resources: secrets
                    .into_iter()
                    .map(|name| Arn::Secret { region: self.region.clone(), name })
                    .collect(),
                conditions: BTreeMap::new(),
            }]),
        })
    }

    /// The names in Secrets Manager that each ExternalSecret reads from there, each once, in their order.
    fn secrets<'a>(&self, resources: impl Iterator<Item = &'a Resource>) -> Vec<String> {
        let mut names = Vec::new();
        for (store, spec) in resources.filter_map(read_by) {
            let Some(Folder { prefix, .. }) = self.folders.get(store) else {
                continue;
            };
            let keys = spec.data.iter().flatten().map(|data| data.remote_ref.key.as_str());
            let extracted = spec.data_from.iter().flatten();
            let extracted = extracted.filter_map(|from| from.extract.as_ref());
            let keys = keys.chain(extracted.map(|extract| extract.key.as_str()));
            names.extend(keys.map(|key| format!("{prefix}{key}")));
        }
        names.sort();
        names.dedup();
        names
    }
}

/// What reads through a store that the platform does not have, or in a namespace that the store does not admit.
pub(crate) fn unread<'a>(
    stores: &[StoreFact],
    resources: impl Iterator<Item = &'a Resource>,
) -> Vec<BuildError> {
    let readers = resources.filter_map(|resource| Some((resource, read_by(resource)?.0)));
    let error = |origin, message: &str| BuildError::new(Rule::MissingSecretStore, origin, message);
    let [store, ..] = stores else {
        let mut origins = distinct(readers.map(|(reader, _)| reader.origin())).into_iter();
        let first = origins.next().map(|origin| {
            error(
                origin,
                "the secret is in AWS Secrets Manager, and no store of the platform reads that: the Secret would never appear; \
                 add a `secrets_manager_store`",
            )
            .related(origins)
        });
        return first.into_iter().collect();
    };
    readers
        .filter(|(reader, name)| {
            let admitted = store.folders.get(*name).map(|folder| folder.namespace.name().as_str());
            admitted.is_none() || reader.object_ref().namespace.as_deref() != admitted
        })
        .map(|(reader, _)| {
            error(
                reader.origin(),
                "only a bundle that asks for a secret has a store, which admits its own namespace alone: the Secret would never \
                 appear; write it as a `synced_secret` of its bundle",
            )
        })
        .collect()
}

/// Bundles whose secrets are not in one folder, and folders that two namespaces read.
pub(crate) fn shared_folders(reads: &[SecretRead]) -> Vec<BuildError> {
    let error = |read: &SecretRead, other: &SecretRead, message: String| {
        BuildError::new(Rule::SharedSecretFolder, read.origin, message).related([other.origin])
    };
    let mut first: BTreeMap<&Name, &SecretRead> = BTreeMap::new();
    let mut errors = Vec::new();
    for read in reads {
        let own = match first.entry(&read.bundle) {
            Entry::Vacant(entry) => *entry.insert(read),
            Entry::Occupied(entry) => *entry.get(),
        };
        if own.secret.folder() != read.secret.folder() {
            errors.push(error(
                read,
                own,
                format!(
                    "the bundle {} reads the secrets {} and {} of AWS Secrets Manager, and its store reads one folder: move one of \
                     them into the folder of the other",
                    read.bundle, own.secret, read.secret
                ),
            ));
        }
    }
    let bundles: Vec<_> = first.into_values().collect();
    for (position, read) in bundles.iter().enumerate() {
        for other in &bundles[..position] {
            let (folder, others) = (read.secret.folder(), other.secret.folder());
            let overlap = folder.starts_with(others) || others.starts_with(folder);
            if overlap && read.namespace != other.namespace {
                errors.push(error(
                    read,
                    other,
                    format!(
                        "the namespace {} reads the secret {} of AWS Secrets Manager, and the namespace {} reads {}: whoever may \
                         write an ExternalSecret in one of them could read what the other reads; move one of them into a folder \
                         that is not above or below the other's",
                        read.namespace, read.secret, other.namespace, other.secret
                    ),
                ));
            }
        }
    }
    errors
}

/// What an ExternalSecret reads through one of the stores, and the name of the store.
fn read_by(resource: &Resource) -> Option<(&str, &external_secrets::ExternalSecretSpec)> {
    let spec = resource.get::<external_secrets::ExternalSecret>()?.spec.as_ref()?;
    let store = spec.secret_store_ref.as_ref()?.name.as_deref()?;
    store.starts_with(STORE).then_some((store, spec))
}
