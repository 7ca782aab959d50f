//! The pull secrets of a workload's pods.

use std::cell::RefCell;

use k8s_openapi::api::core::v1 as core;

use super::pod::Pod;
use crate::data::PullSecretHandle;
use crate::model::bundle::Output;
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::rule::Rule;

/// Each once, with the line that gave it to the pods.
#[derive(Default)]
pub(super) struct PullSecrets(RefCell<Vec<(Origin, PullSecretHandle)>>);

impl PullSecrets {
    pub(super) fn add(&self, pod: &Pod, origin: Origin, secret: &PullSecretHandle) {
        let what = format!("the Secret {}", secret.secret);
        if let Some(mistake) = secret.made_for.refusal(&pod.component, &what, origin) {
            pod.component.bundle.error(mistake);
            return;
        }
        let mut secrets = self.0.borrow_mut();
        if secrets.iter().all(|(_, other)| other.secret != secret.secret) {
            secrets.push((origin, secret.clone()));
        }
    }

    /// As the pods have them, and what is wrong with them for the images of these containers.
    pub(super) fn build(&self, workload: &str, pods: &mut core::PodSpec, output: &mut Output<'_>) {
        let secrets = self.0.borrow();
        let containers = pods.containers.iter().chain(pods.init_containers.iter().flatten());
        let images: Vec<&str> = containers.filter_map(|it| it.image.as_deref()).collect();
        for (origin, secret) in secrets.iter() {
            if !images.iter().any(|image| secret.is_for(image)) {
                let message = format!(
                    "none of the images of {workload} is in the registry {}, for which the Secret {} is: the kubelet would never use it; \
                     name the registry as the image begins, or remove this line",
                    secret.registry, secret.secret
                );
                output.errors.push(BuildError::new(Rule::UnusedPullSecret, *origin, message));
            }
        }
        if !secrets.is_empty() {
            let references = secrets.iter().map(|(_, it)| it.secret.clone());
            let references = references.map(|name| core::LocalObjectReference { name });
            pods.image_pull_secrets = Some(references.collect());
        }
    }
}
