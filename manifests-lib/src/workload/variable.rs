//! Environment variables.

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::ResourceField;
use crate::data::encryption::CaFile;
use crate::model::component::Component;
use crate::model::conventions::Conventions;
use crate::model::error::BuildError;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::{PlainVariableName, VariableName};

/// An environment variable of a container: a plain value, a reference to a Secret, or what the pod knows of itself ([`PodField`](super::PodField),
/// [`ResourceField`](super::ResourceField)).
///
/// A plain one is written as [`plain!("NAME", "value")`](crate::plain!); handles give the others, such as
/// [`DatabaseHandle::password`](crate::data::database::DatabaseHandle::password) and [`Endpoint::url`](crate::network::Endpoint::url).
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    pub(crate) name: String,
    value: Value,
    /// Where the value of a handle works; a plain one works everywhere.
    made_for: Option<MadeFor>,
    /// Why it is no secret, where it reads like one.
    not_secret: Option<&'static str>,
    /// What it refers to: the container gets them before it.
    before: Vec<Variable>,
    /// The file that it is about: the container gets it, too.
    file: Option<CaFile>,
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Plain(String),
    /// Of variables before it, by reference.
    Composed(String),
    Secret {
        name: String,
        key: String,
    },
    /// A field of the pod, by its path.
    Field(String),
    Resource(ResourceField),
}

impl Variable {
    /// A value that may stand in Git.
    ///
    /// The kubelet puts the value of a variable that the container has before it in the place of `$(NAME)`; `$$(` is the text `$(`.
    ///
    /// The build reports an address inside the cluster, which [`Component::calls`] gives, and a `$(NAME)` that is no such variable.
    #[must_use]
    pub fn plain(name: PlainVariableName, value: impl Into<String>) -> Self {
        Self::new(name.as_str(), Value::Plain(value.into()), None)
    }

    /// A value that may stand in Git though its name or the value itself reads like a secret, and why.
    ///
    /// The build reports one that reads like none, and an empty reason.
    #[must_use]
    pub fn not_secret(name: VariableName, value: impl Into<String>, reason: &'static str) -> Self {
        let variable = Self::new(name.as_str(), Value::Plain(value.into()), None);
        Self { not_secret: Some(reason), ..variable }
    }

    fn new(name: &str, value: Value, made_for: Option<MadeFor>) -> Self {
        Self {
            name: name.to_owned(),
            value,
            made_for,
            not_secret: None,
            before: Vec::new(),
            file: None,
        }
    }

    /// A plain value that a handle knows, under a name that is checked when the container takes it.
    pub(crate) fn from_handle(name: &str, value: impl Into<String>, made_for: MadeFor) -> Self {
        Self::new(name, Value::Plain(value.into()), Some(made_for))
    }

    /// The value of a key of a Secret.
    pub(crate) fn from_secret(name: &str, secret: &str, key: &str, made_for: MadeFor) -> Self {
        let value = Value::Secret { name: secret.to_owned(), key: key.to_owned() };
        Self::new(name, value, Some(made_for))
    }

    /// A text with `$(…)` for variables that the container gets before it.
    pub(crate) fn composed(
        name: &str,
        value: String,
        before: Vec<Self>,
        made_for: MadeFor,
    ) -> Self {
        Self { before, ..Self::new(name, Value::Composed(value), Some(made_for)) }
    }

    /// The same about a file, where there is one.
    pub(crate) fn about(self, file: Option<CaFile>) -> Self {
        Self { file, ..self }
    }

    /// It and what it refers to, in the order in which the container needs them.
    pub(crate) fn with_those_before(mut self) -> Vec<Self> {
        let mut variables = std::mem::take(&mut self.before);
        variables.push(self);
        variables
    }

    /// The file that it is about.
    pub(crate) fn file(&self) -> Option<&CaFile> {
        self.file.as_ref()
    }

    /// The value of a field of the pod.
    pub(super) fn from_field(name: &str, path: String) -> Self {
        Self::new(name, Value::Field(path), None)
    }

    /// The value of a request or limit of the container.
    pub(super) fn from_resource(name: &str, field: ResourceField) -> Self {
        Self::new(name, Value::Resource(field), None)
    }

    /// Whether it has the container's limit of CPU.
    pub(super) fn is_cpu_limit(&self) -> bool {
        matches!(
            self.value,
            Value::Resource(ResourceField::CpuLimit | ResourceField::CpuLimitMillicores)
        )
    }

    /// Why it is no secret, where its writer says so.
    pub(crate) fn reason(&self) -> Option<&'static str> {
        self.not_secret
    }

    /// What is wrong with giving it to a container of this component, if anything.
    pub(crate) fn refusal(&self, component: &Component, given_at: Origin) -> Option<BuildError> {
        let what = format!("the variable {}", self.name);
        self.made_for.as_ref()?.refusal(component, &what, given_at)
    }

    /// What is wrong with the name, if anything.
    pub(crate) fn mistake(&self, conventions: &Conventions) -> Option<(Rule, String)> {
        let name = self.name.as_str();
        if let Err(error) = VariableName::new(name) {
            return Some((Rule::InvalidVariableName, error.to_string()));
        }
        if matches!(&self.value, Value::Plain(value) if value.contains('\0')) {
            let mistake = format!(
                "the value of {name} has a NUL character, at which a variable ends, and the runtime refuses the container: remove it"
            );
            return Some((Rule::InvalidVariableValue, mistake));
        }
        match &self.value {
            Value::Plain(value) if self.made_for.is_none() && conventions.is_inside(value) => {
                let mistake = format!(
                    "the variable {name} holds an address inside the cluster as text: nothing admits its callers; ask for it by \
                     `calls`"
                );
                Some((Rule::AddressAsText, mistake))
            }
            Value::Plain(_) if self.not_secret.is_some() => None,
            Value::Plain(_) => PlainVariableName::new(name)
                .err()
                .map(|error| (Rule::SecretInPlainText, error.to_string())),
            Value::Composed(_) | Value::Secret { .. } | Value::Field(_) | Value::Resource(_) => {
                None
            }
        }
    }

    pub(crate) fn build(&self) -> core::EnvVar {
        let mut variable = core::EnvVar { name: self.name.clone(), ..core::EnvVar::default() };
        match &self.value {
            Value::Plain(value) | Value::Composed(value) => variable.value = Some(value.clone()),
            Value::Secret { name, key } => {
                variable.value_from = Some(core::EnvVarSource {
                    secret_key_ref: Some(core::SecretKeySelector {
                        name: name.clone(),
                        key: key.clone(),
                        optional: None,
                    }),
                    ..core::EnvVarSource::default()
                });
            }
            Value::Field(path) => {
                variable.value_from = Some(core::EnvVarSource {
                    field_ref: Some(core::ObjectFieldSelector {
                        field_path: path.clone(),
                        api_version: None,
                    }),
                    ..core::EnvVarSource::default()
                });
            }
            Value::Resource(field) => {
                let (resource, divisor) = field.path();
                variable.value_from = Some(core::EnvVarSource {
                    resource_field_ref: Some(core::ResourceFieldSelector {
                        container_name: None,
                        divisor: Some(Quantity(divisor.to_owned())),
                        resource: resource.to_owned(),
                    }),
                    ..core::EnvVarSource::default()
                });
            }
        }
        variable
    }
}

/// A plain environment variable: `plain!("DB_CONNECTION", "mysql")`.
///
/// The name is checked when it is compiled: one that says password, secret, token, credential or key is refused. So is, by the
/// build, a value that reads like a secret, such as an address with a password. What only reads like one goes through
/// [`not_secret!`](crate::not_secret!).
#[macro_export]
macro_rules! plain {
    ($name:expr, $value:expr) => {
        $crate::workload::Variable::plain(
            {
                const VALUE: $crate::values::PlainVariableName =
                    $crate::values::PlainVariableName::from_static($name);
                VALUE
            },
            $value,
        )
    };
}

/// A plain environment variable that reads like a secret and is none, with the reason:
/// `not_secret!("FEATURE_KEY", "checkout", "names a feature")`.
///
/// The name is checked when it is compiled. The build reports one that reads like no secret: use [`plain!`](crate::plain!).
#[macro_export]
macro_rules! not_secret {
    ($name:expr, $value:expr, $reason:expr) => {
        $crate::workload::Variable::not_secret(
            {
                const VALUE: $crate::values::VariableName =
                    $crate::values::VariableName::from_static($name);
                VALUE
            },
            $value,
            $reason,
        )
    };
}
