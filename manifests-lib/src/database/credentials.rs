//! Secrets: always delivered by External Secrets, never written down.

use std::collections::BTreeMap;

use custom_resources::external_secrets::generators::v1alpha1 as generators;
use custom_resources::external_secrets::v1 as external_secrets;

use crate::bundle::{Output, Part};
use crate::{
    BuildError, ClusterSecretStore, Component, Name, Origin, SecretsManagerName, Variable,
};

/// A secret text that a component needs.
#[derive(Clone, Debug)]
pub struct SecretText<'a> {
    /// Key in the Secret; the Secret is named `<bundle>-<component>-secret-<key>`.
    pub key: Name,
    /// Where the text comes from.
    pub source: &'a SecretSource,
}

/// Where a secret text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// Generated in the cluster.
    Generated(GeneratedSecret),
    /// Kept in AWS Secrets Manager, read through this store.
    SecretsManager(SecretsManagerSecret, ClusterSecretStore),
}

/// A random text of letters and digits, generated once and never changed: the Secret is immutable and outlives the
/// ExternalSecret. To have a new text, delete both.
///
/// Upstream: <https://external-secrets.io/latest/api/generator/password/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedSecret {
    /// Number of characters, at least 16.
    pub length: u8,
}

/// A property of a secret in AWS Secrets Manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretsManagerSecret {
    /// Name of the secret.
    pub name: SecretsManagerName,
    /// Property of its JSON object.
    pub property: Name,
}

/// Where the name of a user and their password come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginSource {
    /// The password is generated in the cluster.
    Generated(GeneratedLogin),
    /// The properties `username` and `password` of a secret in AWS Secrets Manager, read through this store.
    SecretsManager(SecretsManagerName, ClusterSecretStore),
}

/// A user whose password is [generated](GeneratedSecret).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedLogin {
    /// Name of the user.
    pub user: Name,
    /// The password.
    pub password: GeneratedSecret,
}

/// The name of a user and their password, in one Secret.
#[derive(Clone, Debug)]
pub struct LoginKeys {
    /// Name of the user.
    pub user: SecretKey,
    /// The password.
    pub password: SecretKey,
}

/// A Secret in the cluster, as others refer to it.
#[derive(Clone, Debug)]
pub struct Secret {
    name: String,
}

/// A key of a [`Secret`]: the one way in which a password reaches a container.
#[derive(Clone, Debug)]
pub struct SecretKey {
    secret: String,
    key: String,
}

impl Secret {
    pub(super) fn key(&self, key: &str) -> SecretKey {
        SecretKey { secret: self.name.clone(), key: key.to_owned() }
    }
}

impl SecretKey {
    /// A key of a Secret that an operator makes.
    pub(crate) fn of(secret: String, key: &str) -> Self {
        Self { secret, key: key.to_owned() }
    }

    /// An environment variable that takes its value from the Secret.
    #[must_use]
    pub fn variable(&self, name: &str) -> Variable {
        Variable::from_secret(name, &self.secret, &self.key)
    }

    /// Name of the Secret, for the values of charts that mount or read it.
    #[must_use]
    pub fn secret_name(&self) -> &str {
        &self.secret
    }

    /// Key in the Secret, for the values of charts that mount or read it.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl Component {
    /// Makes a secret text available to the component's containers.
    ///
    /// Becomes an ExternalSecret and, where the text is generated, a password generator.
    #[track_caller]
    #[must_use = "give the secret to a container"]
    pub fn secret(&self, secret: SecretText<'_>) -> SecretKey {
        let origin = Origin::here();
        let SecretText { key, source } = secret;
        if let SecretSource::Generated(generated) = source {
            self.refuse_short(origin, key.as_str(), generated);
        }
        let names = Names::with_suffix(self, Some(&key));
        let contents = match source {
            SecretSource::Generated(generated) => Contents::Generated {
                texts: vec![GeneratedText {
                    generator: self.object_name(key.as_str()),
                    key: key.to_string(),
                    length: generated.length,
                }],
                known: BTreeMap::new(),
            },
            SecretSource::SecretsManager(secret, store) => Contents::SecretsManager {
                store: store.clone(),
                name: secret.name.clone(),
                properties: vec![(key.to_string(), secret.property.to_string())],
            },
        };
        add(self, origin, names, contents).key(key.as_str())
    }

    /// Makes the name of a user and their password available, in one Secret with the keys `username` and `password`.
    ///
    /// Becomes an ExternalSecret and, where the password is generated, a password generator.
    #[track_caller]
    #[must_use = "give the keys to whom the user logs in to"]
    pub fn login(&self, source: &LoginSource) -> LoginKeys {
        let origin = Origin::here();
        let [user, password] = ["username", "password"];
        let secret = match source {
            LoginSource::Generated(login) => {
                self.refuse_short(origin, password, &login.password);
                let contents = Contents::Generated {
                    texts: vec![GeneratedText {
                        generator: self.object_name(password),
                        key: password.to_owned(),
                        length: login.password.length,
                    }],
                    known: BTreeMap::from([(user.to_owned(), login.user.to_string())]),
                };
                add(self, origin, Names::with_suffix(self, None), contents)
            }
            LoginSource::SecretsManager(name, store) => {
                let properties = [user, password].map(str::to_owned);
                from_secrets_manager(self, origin, store, name, properties)
            }
        };
        LoginKeys { user: secret.key(user), password: secret.key(password) }
    }

    fn refuse_short(&self, origin: Origin, key: &str, generated: &GeneratedSecret) {
        if generated.length < 16 {
            self.bundle.error(BuildError::new(
                origin,
                format!("the secret {key} would have fewer than 16 characters, which can be guessed: ask for more"),
            ));
        }
    }
}

/// A Secret whose keys are properties of one secret in AWS Secrets Manager.
pub(super) fn from_secrets_manager(
    component: &Component,
    origin: Origin,
    store: &ClusterSecretStore,
    name: &SecretsManagerName,
    properties: impl IntoIterator<Item = String>,
) -> Secret {
    let contents = Contents::SecretsManager {
        store: store.clone(),
        name: name.clone(),
        properties: properties.into_iter().map(|property| (property.clone(), property)).collect(),
    };
    add(component, origin, Names::with_suffix(component, None), contents)
}

/// User and generated passwords of a MySQL container.
pub(super) fn generated_for_mysql(component: &Component, origin: Origin, user: &Name) -> Secret {
    let text = |generator: &str, key: &str| GeneratedText {
        generator: component.object_name(generator),
        key: key.to_owned(),
        length: 32,
    };
    let contents = Contents::Generated {
        texts: vec![text("root-password", "root-password"), text("user-password", "password")],
        known: BTreeMap::from([("username".to_owned(), user.to_string())]),
    };
    add(component, origin, Names::with_suffix(component, None), contents)
}

fn add(component: &Component, origin: Origin, names: Names, contents: Contents) -> Secret {
    let secret = Secret { name: names.secret.clone() };
    component.bundle.push(SecretPart { component: component.clone(), origin, names, contents });
    secret
}

struct Names {
    external_secret: String,
    secret: String,
}

impl Names {
    /// A component's one Secret has no suffix; several are told apart by their keys.
    fn with_suffix(component: &Component, suffix: Option<&Name>) -> Self {
        let name = |kind: &str| match suffix {
            None => component.object_name(kind),
            Some(suffix) => component.object_name(&format!("{kind}-{suffix}")),
        };
        Self { external_secret: name("external-secret"), secret: name("secret") }
    }
}

struct SecretPart {
    component: Component,
    origin: Origin,
    names: Names,
    contents: Contents,
}

enum Contents {
    Generated {
        texts: Vec<GeneratedText>,
        /// What is no secret, but belongs beside one.
        known: BTreeMap<String, String>,
    },
    SecretsManager {
        store: ClusterSecretStore,
        name: SecretsManagerName,
        /// Key in the Secret, property of the secret in the store.
        properties: Vec<(String, String)>,
    },
}

struct GeneratedText {
    generator: String,
    key: String,
    length: u8,
}

impl Part for SecretPart {
    fn build(&self, output: &mut Output) {
        let spec = match &self.contents {
            Contents::Generated { texts, known } => {
                for text in texts {
                    output.add(self.origin, text.generator(&self.component));
                }
                self.generated(texts, known)
            }
            Contents::SecretsManager { store, name, properties } => {
                let namespace = &self.component.bundle.namespace;
                output.errors.extend(store.refusal(namespace, self.origin));
                let properties =
                    properties.iter().map(|(key, property)| (key.as_str(), property.as_str()));
                store.copy(name, properties, &self.names.secret)
            }
        };
        output.add(
            self.origin,
            external_secrets::ExternalSecret {
                metadata: self.component.metadata_named(self.names.external_secret.clone()),
                spec: Some(spec),
            },
        );
    }
}

impl SecretPart {
    /// Created once and owned by nobody: what was encrypted or initialised with a text needs that text as long as the data
    /// lives.
    fn generated(
        &self,
        texts: &[GeneratedText],
        known: &BTreeMap<String, String>,
    ) -> external_secrets::ExternalSecretSpec {
        let template = (!known.is_empty()).then(|| external_secrets::TargetTemplate {
            data: Some(known.clone()),
            engine_version: Some(external_secrets::TemplateEngineVersion::V2),
            merge_policy: Some(external_secrets::TemplateMergePolicy::Merge),
            ..external_secrets::TargetTemplate::default()
        });
        external_secrets::ExternalSecretSpec {
            data_from: Some(texts.iter().map(GeneratedText::reference).collect()),
            refresh_policy: Some(external_secrets::ExternalSecretRefreshPolicy::CreatedOnce),
            target: Some(external_secrets::ExternalSecretTarget {
                creation_policy: Some(external_secrets::TargetCreationPolicy::Orphan),
                // An ExternalSecret that is created again must not overwrite what the data was made with.
                immutable: Some(true),
                name: Some(self.names.secret.clone()),
                template,
                ..external_secrets::ExternalSecretTarget::default()
            }),
            ..external_secrets::ExternalSecretSpec::default()
        }
    }
}

impl GeneratedText {
    /// Letters and digits only: a text may end up in a URL or a shell.
    fn generator(&self, component: &Component) -> generators::Password {
        generators::Password {
            metadata: component.metadata_named(self.generator.clone()),
            spec: Some(generators::PasswordSpec {
                allow_repeat: true,
                digits: None,
                encoding: None,
                length: i64::from(self.length),
                no_upper: false,
                secret_keys: Some(vec![self.key.clone()]),
                symbol_characters: None,
                symbols: Some(0),
            }),
        }
    }

    fn reference(&self) -> external_secrets::ExternalSecretDataFrom {
        external_secrets::ExternalSecretDataFrom {
            source_ref: Some(external_secrets::SourceRef::GeneratorRef(
                external_secrets::GeneratorRef {
                    api_version: Some(
                        <generators::Password as k8s_openapi::Resource>::API_VERSION.to_owned(),
                    ),
                    kind: external_secrets::GeneratorKind::Password,
                    name: self.generator.clone(),
                },
            )),
            ..external_secrets::ExternalSecretDataFrom::default()
        }
    }
}
