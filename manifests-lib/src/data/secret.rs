//! Secrets: always delivered by External Secrets, never written down.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use custom_resources::external_secrets::generators::v1alpha1 as generators;
use custom_resources::external_secrets::v1 as external_secrets;

use crate::data::secret_store::SecretRead;
use crate::data::synced_secret;
use crate::model::bundle::{Bundle, Output, Part};
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::facts::Facts;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::values::{Name, SecretsManagerName};
use crate::workload::Variable;

/// A secret text that a component needs.
#[derive(Clone, Debug)]
pub struct SecretValue {
    /// Key in the Secret; the Secret is named `<bundle>-<component>-secret-<key>`. `name!("app-key")`.
    pub key: Name,
    /// Where the text comes from.
    pub source: SecretSource,
}

/// Where a secret text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// Generated in the cluster.
    Generated(GeneratedSecret),
    /// Kept in AWS Secrets Manager.
    SecretsManager(SecretsManagerSecret),
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
    /// Name of the secret: `secrets_manager_name!("prd/order/app")`.
    pub name: SecretsManagerName,
    /// Property of its JSON object: `name!("app-key")`.
    pub property: Name,
}

/// Where the name of a user and their password come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialsSource {
    /// The password is generated in the cluster.
    Generated(GeneratedCredentials),
    /// The properties `username` and `password` of a secret in AWS Secrets Manager.
    SecretsManager(SecretsManagerName),
}

/// A user whose password is [generated](GeneratedSecret).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedCredentials {
    /// Name of the user: `name!("admin")`.
    pub user: Name,
    /// The password.
    pub password: GeneratedSecret,
}

/// The name of a user and their password, in one Secret.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Name of the user.
    pub user: SecretKey,
    /// The password.
    pub password: SecretKey,
}

/// A Secret in the cluster, as others refer to it.
#[derive(Clone, Debug)]
pub struct Secret {
    name: String,
    made_for: MadeFor,
    pub(crate) made: Made,
    escaped: Option<Escaped>,
}

/// A key of a [`Secret`]: the one way in which a password reaches a container.
#[derive(Clone, Debug)]
pub struct SecretKey {
    secret: String,
    key: String,
    made_for: MadeFor,
    made: Made,
    /// The keys of the Secret that are there in other forms, too; none where the texts have letters and digits only.
    escaped: Option<Escaped>,
}

/// Keys of a Secret, and the forms in which they are there besides their own.
type Escaped = Rc<RefCell<BTreeSet<(String, Escape)>>>;

/// A form of a text in which each of its characters stands for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Escape {
    /// In a URL.
    Url,
    /// Between single quotes, which are doubled.
    SingleQuoted,
}

impl Escape {
    /// The key of a text in this form.
    fn key(self, key: &str) -> String {
        match self {
            Self::Url => format!("{key}-url"),
            Self::SingleQuoted => format!("{key}-quoted"),
        }
    }

    /// What External Secrets makes it by.
    ///
    /// Upstream: <https://external-secrets.io/latest/guides/templating/>
    fn template(self, key: &str) -> String {
        match self {
            // `urlquery` writes a blank as `+`, which is one in a query alone.
            Self::Url => format!(r#"{{{{ .{key} | urlquery | replace "+" "%20" }}}}"#),
            Self::SingleQuoted => format!(r#"{{{{ .{key} | replace "'" "''" }}}}"#),
        }
    }
}

patchable! {
    /// These are the objects of the whole Secret: its other keys have them in common.
    ///
    SecretKey { made: external_secrets::ExternalSecret, generators::Password; }
}

impl From<GeneratedSecret> for SecretSource {
    fn from(generated: GeneratedSecret) -> Self {
        Self::Generated(generated)
    }
}

impl From<SecretsManagerSecret> for SecretSource {
    fn from(secret: SecretsManagerSecret) -> Self {
        Self::SecretsManager(secret)
    }
}

impl From<GeneratedCredentials> for CredentialsSource {
    fn from(generated: GeneratedCredentials) -> Self {
        Self::Generated(generated)
    }
}

impl From<SecretsManagerName> for CredentialsSource {
    fn from(name: SecretsManagerName) -> Self {
        Self::SecretsManager(name)
    }
}

impl Secret {
    pub(crate) fn key(&self, key: &str) -> SecretKey {
        SecretKey {
            secret: self.name.clone(),
            key: key.to_owned(),
            made_for: self.made_for.clone(),
            made: self.made.clone(),
            escaped: self.escaped.clone(),
        }
    }
}

impl SecretKey {
    /// The same text in a form that can stand in a connection string.
    pub(crate) fn escaped(&self, escape: Escape) -> Self {
        let mut key = self.clone();
        if let Some(escaped) = &self.escaped {
            escaped.borrow_mut().insert((self.key.clone(), escape));
            key.key = escape.key(&self.key);
        }
        key
    }

    /// The same for the containers of one component only: what it is for admits no other one.
    pub(crate) fn only_for(self, component: &Component, origin: Origin) -> Self {
        Self { made_for: MadeFor::component(component, origin), ..self }
    }

    /// A key of a Secret that an operator makes, of these parts.
    pub(crate) fn of(secret: String, key: &str, made_for: MadeFor, made: Made) -> Self {
        Self { secret, key: key.to_owned(), made_for, made, escaped: None }
    }

    /// The Secret, the key, and for whom they were made.
    pub(crate) fn parts(&self) -> (&str, &str, &MadeFor) {
        (&self.secret, &self.key, &self.made_for)
    }

    /// An environment variable that takes its value from the Secret.
    #[must_use]
    pub fn variable(&self, name: &str) -> Variable {
        Variable::from_secret(name, &self.secret, &self.key, self.made_for.clone())
    }

    /// Name of the Secret, for the values of a chart of this bundle that mounts or reads it.
    ///
    /// The build reports a bundle of another namespace.
    #[must_use]
    #[track_caller]
    pub fn secret_name(&self, reader: &Bundle) -> &str {
        let what = format!("the Secret {}", self.secret);
        if let Some(mistake) = self.made_for.refusal_in(reader.state(), &what, Origin::here()) {
            reader.refuse(mistake);
        }
        &self.secret
    }

    /// Key in the Secret, for the values of charts that mount or read it.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl Credentials {
    /// The parts that make the Secret.
    pub(crate) fn made(&self) -> &Made {
        &self.user.made
    }
}

impl Component {
    /// Makes a secret text available to the component's containers.
    ///
    /// Becomes an ExternalSecret and, where the text is generated, a password generator.
    #[track_caller]
    #[must_use = "give the secret to a container"]
    pub fn secret(&self, secret: SecretValue) -> SecretKey {
        let origin = Origin::here();
        let SecretValue { key, source } = secret;
        if let SecretSource::Generated(generated) = &source {
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
            SecretSource::SecretsManager(SecretsManagerSecret { name, property }) => {
                Contents::SecretsManager {
                    name,
                    properties: vec![(key.to_string(), property.to_string())],
                }
            }
        };
        add(self, origin, names, contents).key(key.as_str())
    }

    /// Makes the name of a user and their password available, in one Secret with the keys `username` and `password`.
    ///
    /// Becomes an ExternalSecret and, where the password is generated, a password generator.
    #[track_caller]
    #[must_use = "give the keys to what the user logs in to"]
    pub fn credentials(&self, source: impl Into<CredentialsSource>) -> Credentials {
        self.credentials_at(Origin::here(), source.into())
    }

    pub(crate) fn credentials_at(&self, origin: Origin, source: CredentialsSource) -> Credentials {
        let [user, password] = ["username", "password"];
        let secret = match source {
            CredentialsSource::Generated(credentials) => {
                self.refuse_short(origin, password, &credentials.password);
                let contents = Contents::Generated {
                    texts: vec![GeneratedText {
                        generator: self.object_name(password),
                        key: password.to_owned(),
                        length: credentials.password.length,
                    }],
                    known: BTreeMap::from([(user.to_owned(), credentials.user.to_string())]),
                };
                add(self, origin, Names::with_suffix(self, None), contents)
            }
            CredentialsSource::SecretsManager(name) => {
                let properties = [user, password].map(str::to_owned);
                from_secrets_manager(self, origin, &name, properties)
            }
        };
        Credentials { user: secret.key(user), password: secret.key(password) }
    }

    fn refuse_short(&self, origin: Origin, key: &str, generated: &GeneratedSecret) {
        if generated.length < 16 {
            self.bundle.error(BuildError::new(
                Rule::ShortSecret,
                origin,
                format!("the secret {key} would have fewer than 16 characters, which can be guessed: ask for more"),
            ));
        }
    }
}

/// A Secret whose keys are properties of one secret in AWS Secrets Manager.
pub(crate) fn from_secrets_manager(
    component: &Component,
    origin: Origin,
    name: &SecretsManagerName,
    properties: impl IntoIterator<Item = String>,
) -> Secret {
    let contents = Contents::SecretsManager {
        name: name.clone(),
        properties: properties.into_iter().map(|property| (property.clone(), property)).collect(),
    };
    add(component, origin, Names::with_suffix(component, None), contents)
}

/// A Secret of generated texts, and of other keys beside them.
pub(crate) fn generated(
    component: &Component,
    origin: Origin,
    texts: Vec<GeneratedText>,
    known: BTreeMap<String, String>,
) -> Secret {
    let contents = Contents::Generated { texts, known };
    add(component, origin, Names::with_suffix(component, None), contents)
}

fn add(component: &Component, origin: Origin, names: Names, contents: Contents) -> Secret {
    let name = names.secret.clone();
    let made_for = MadeFor::namespace(&component.bundle, origin);
    let escaped = Escaped::default();
    let is_generated = matches!(contents, Contents::Generated { .. });
    let part = SecretPart {
        component: component.clone(),
        origin,
        names,
        contents,
        escaped: Rc::clone(&escaped),
    };
    let made = component.bundle.push(part);
    Secret { name, made_for, made, escaped: (!is_generated).then_some(escaped) }
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
    escaped: Escaped,
}

enum Contents {
    Generated {
        texts: Vec<GeneratedText>,
        /// Other keys of the Secret, such as the name of the user.
        known: BTreeMap<String, String>,
    },
    SecretsManager {
        name: SecretsManagerName,
        /// Key in the Secret, property of the secret in the store.
        properties: Vec<(String, String)>,
    },
}

/// A text that is generated.
pub(crate) struct GeneratedText {
    /// Name of the generator.
    pub(crate) generator: String,
    /// Key in the Secret.
    pub(crate) key: String,
    /// Number of characters.
    pub(crate) length: u8,
}

impl Part for SecretPart {
    fn declare(&self, declared: &mut Facts) {
        if let Contents::SecretsManager { name, .. } = &self.contents {
            declared.push(self.read(name));
        }
    }

    fn build(&self, output: &mut Output<'_>) {
        let spec = match &self.contents {
            Contents::Generated { texts, known } => {
                for text in texts {
                    output.add(self.origin, text.generator(&self.component));
                }
                self.generated(texts, known)
            }
            Contents::SecretsManager { name, properties } => {
                let properties =
                    properties.iter().map(|(key, property)| (key.as_str(), property.as_str()));
                let spec = synced_secret::copy(&self.read(name), properties, &self.names.secret);
                self.with_escaped(spec)
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
    /// The same with the forms of its keys that connection strings need.
    fn with_escaped(
        &self,
        mut spec: external_secrets::ExternalSecretSpec,
    ) -> external_secrets::ExternalSecretSpec {
        let escaped = self.escaped.borrow();
        if let (Some(target), false) = (&mut spec.target, escaped.is_empty()) {
            let data = escaped.iter().map(|(key, form)| (form.key(key), form.template(key)));
            target.template = Some(merged(data.collect()));
        }
        spec
    }

    fn read(&self, secret: &SecretsManagerName) -> SecretRead {
        SecretRead::new(&self.component.bundle(), secret.clone(), self.origin)
    }

    /// Created once and owned by nobody: what was encrypted or initialised with a text needs that text as long as the data
    /// lives.
    fn generated(
        &self,
        texts: &[GeneratedText],
        known: &BTreeMap<String, String>,
    ) -> external_secrets::ExternalSecretSpec {
        let template = (!known.is_empty()).then(|| merged(known.clone()));
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

/// More keys of a Secret, beside those that were fetched or generated.
fn merged(keys: BTreeMap<String, String>) -> external_secrets::TargetTemplate {
    external_secrets::TargetTemplate {
        data: Some(keys),
        engine_version: Some(external_secrets::TemplateEngineVersion::V2),
        merge_policy: Some(external_secrets::TemplateMergePolicy::Merge),
        ..external_secrets::TargetTemplate::default()
    }
}

impl GeneratedText {
    /// Letters and digits only: a text may end up in a URL or a shell.
    fn generator(&self, component: &Component) -> generators::Password {
        generators::Password {
            metadata: component.metadata_named(self.generator.clone()),
            spec: Some(generators::PasswordSpec {
                allow_repeat: Some(true),
                digits: None,
                encoding: None,
                length: Some(i64::from(self.length)),
                no_upper: Some(false),
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
