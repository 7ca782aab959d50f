//! What must hold for every finished object, whether it was built, patched or added as it stands.

mod pod_security;
mod workload;

use k8s_openapi::api::core::v1 as core;

use crate::model::error::BuildError;
use crate::model::resource::Resource;
use crate::model::rule::Rule;
use crate::workload::SecurityException;

pub(crate) use pod_security::refused_pods;
pub(crate) use workload::{claims, shared_selectors};

use workload::Workload;

/// What is wrong with an object.
struct Mistake {
    rule: Rule,
    message: String,
}

impl Mistake {
    fn new(rule: Rule, message: impl Into<String>) -> Self {
        Self { rule, message: message.into() }
    }
}

/// Everything wrong with one object of a bundle that declares these exceptions.
pub(crate) fn resource(resource: &Resource, exceptions: &[SecurityException]) -> Vec<BuildError> {
    let mut mistakes = metadata(resource);
    if let Some(workload) = Workload::of(resource) {
        mistakes.extend(workload.mistakes(exceptions));
    }
    if let Some(secret) = resource.get::<core::Secret>() {
        mistakes.extend(plain_secret(secret));
    }
    if mistakes.is_empty() {
        return Vec::new();
    }
    let object = resource.object_ref();
    mistakes
        .into_iter()
        .map(|Mistake { rule, message }| {
            BuildError::new(rule, resource.origin(), format!("{object}: {message}"))
                .related(resource.patched().to_vec())
        })
        .collect()
}

fn metadata(resource: &Resource) -> Vec<Mistake> {
    let object = resource.object_ref();
    let mut mistakes = Vec::new();
    if object.name.is_empty() {
        mistakes.push(Mistake::new(Rule::MissingName, "the object has no name: set metadata.name"));
    } else if object.name.contains('/') || object.name == "." || object.name == ".." {
        mistakes.push(Mistake::new(
            Rule::InvalidObjectName,
            "metadata.name is also the name of a file: it has no '/' and is neither '.' nor '..'",
        ));
    }
    let (length, longest) = (object.name.len(), longest_name(object.kind));
    if length > longest {
        mistakes.push(Mistake::new(
            Rule::NameTooLong,
            format!(
                "the name has {length} characters, a {} takes {longest}: shorten the name of the bundle or the component",
                object.kind
            ),
        ));
    }
    if !resource.is_namespaced() && object.namespace.is_some() {
        mistakes.push(Mistake::new(
            Rule::NamespaceOfClusterScopedObject,
            "the kind is cluster-scoped: remove metadata.namespace",
        ));
    }
    mistakes
}

/// The longest name with which the cluster can do what it does with an object of a kind.
fn longest_name(kind: &str) -> usize {
    match kind {
        // A label of their pods or jobs is the name and a suffix of 11 characters.
        "CronJob" | "StatefulSet" => 52,
        // A DNS label, or the value of one of Kubernetes' own labels.
        "Job" | "Namespace" | "Service" => 63,
        _ => 253,
    }
}

/// Values of a Secret would stand in Git.
fn plain_secret(secret: &core::Secret) -> Option<Mistake> {
    let has_data = secret.data.as_ref().is_some_and(|data| !data.is_empty());
    let has_text = secret.string_data.as_ref().is_some_and(|data| !data.is_empty());
    (has_data || has_text).then(|| {
        Mistake::new(
            Rule::SecretInPlainText,
            "the values of a Secret would stand in Git for everyone to read: let an ExternalSecret deliver them \
             (Component::secret)",
        )
    })
}
