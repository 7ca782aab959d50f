//! What must hold for every finished object, whether it was built, patched or added as it stands.
//!
//! What is public judges objects of others as well: `cargo xtask check` asks it of any manifests.

mod accepted;
mod addresses;
mod bounds;
mod exceptions;
pub mod forms;
mod mesh;
mod metadata;
mod node_folders;
mod overrides;
mod pod_security;
pub mod properties;
mod rules;
mod secrets;
pub mod size;
mod variables;
mod workload;
mod written_by_cluster;

use k8s_openapi::api::core::v1 as core;

use crate::model::error::BuildError;
use crate::model::resource::Resource;
use crate::model::rule::Rule;
use crate::workload::SecurityException;

pub use accepted::{Accepted, CheckRule};
pub(crate) use addresses::{ServedHost, uncalled as uncalled_addresses};
pub(crate) use bounds::{ports_of_proxies, unpinned_images};
pub(crate) use mesh::{needs_mesh, unread_by_mesh};
pub use pod_security::beyond;
pub(crate) use pod_security::refused_pods;
pub(crate) use secrets::in_plain_text as secrets_in_plain_text;
pub use secrets::{Json, SecretText, secret_texts};
pub(crate) use workload::{claims, mounted_claims, selected_pods};

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

/// Everything wrong with the objects of a bundle that declares these exceptions, each by itself, and with the exceptions.
pub(crate) fn bundle(resources: &[Resource], declared: &[SecurityException]) -> Vec<BuildError> {
    let mut errors = Vec::new();
    let mut allowed = Vec::new();
    for resource in resources {
        let mut mistakes = mistakes(resource);
        match exceptions::of_object(resource) {
            Ok(of_object) => {
                mistakes.extend(exceptions::undeclared(&of_object, declared));
                allowed.extend(of_object);
            }
            Err(mistake) => mistakes.push(mistake),
        }
        errors.extend(mistakes.into_iter().map(|Mistake { rule, message }| {
            let message = format!("{}: {message}", resource.object_ref());
            BuildError::new(rule, resource.origin(), message).related(resource.patched().to_vec())
        }));
    }
    errors.extend(exceptions::idle(&allowed, declared));
    errors
}

/// Everything wrong with one object, but what its containers are allowed.
fn mistakes(resource: &Resource) -> Vec<Mistake> {
    let mut mistakes = metadata::mistakes(resource);
    mistakes.extend(written_by_cluster::kind_and_status(resource));
    mistakes.extend(size::too_large(resource));
    if let Some(workload) = Workload::of(resource) {
        mistakes.extend(workload.mistakes());
    }
    if let Some(config_map) = resource.get::<core::ConfigMap>() {
        mistakes.extend(size::data_keys(config_map));
    }
    if let Some(volume) = resource.get::<core::PersistentVolume>() {
        mistakes.extend(node_folders::of_system(volume));
    }
    if let Some(secret) = resource.get::<core::Secret>() {
        mistakes.extend(plain_secret(secret));
    }
    mistakes
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
