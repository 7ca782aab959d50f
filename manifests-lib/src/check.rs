//! What must hold for every finished object, whether it was built, patched or added as it stands.

use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::label::Labels;
use crate::workload::is_plain;
use crate::{BuildError, Resource};

/// Everything wrong with one object.
pub(crate) fn resource(resource: &Resource) -> Vec<BuildError> {
    let mut mistakes = metadata(resource);
    if let Some(workload) = Workload::of(resource) {
        mistakes.extend(workload.mistakes());
    }
    if let Some(secret) = resource.get::<core::Secret>() {
        mistakes.extend(plain_secret(secret));
    }
    let identity = resource.identity();
    mistakes
        .into_iter()
        .map(|mistake| {
            BuildError::new(resource.origin(), format!("{identity}: {mistake}"))
                .related(resource.patched().to_vec())
        })
        .collect()
}

fn metadata(resource: &Resource) -> Vec<String> {
    let identity = resource.identity();
    let mut mistakes = Vec::new();
    if identity.name.is_empty() {
        mistakes.push("the object has no name: set metadata.name".to_owned());
    } else if identity.name.contains('/') || identity.name == "." || identity.name == ".." {
        mistakes.push(
            "metadata.name is also the name of a file: it has no '/' and is neither '.' nor '..'"
                .to_owned(),
        );
    }
    let (length, longest) = (identity.name.len(), longest_name(identity.kind));
    if length > longest {
        mistakes.push(format!(
            "the name has {length} characters, a {} takes {longest}: shorten the name of the bundle or the component",
            identity.kind
        ));
    }
    if !resource.is_namespaced() && identity.namespace.is_some() {
        mistakes.push("the kind is cluster-scoped: remove metadata.namespace".to_owned());
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
fn plain_secret(secret: &core::Secret) -> Option<String> {
    let has_data = secret.data.as_ref().is_some_and(|data| !data.is_empty());
    let has_text = secret
        .string_data
        .as_ref()
        .is_some_and(|data| !data.is_empty());
    (has_data || has_text).then(|| {
        "the values of a Secret would stand in Git for everyone to read: let an ExternalSecret deliver them (Component::secret)"
            .to_owned()
    })
}

/// A template of pods and what selects them.
struct Workload<'a> {
    selector: Option<&'a LabelSelector>,
    labels: Option<&'a Labels>,
    pods: Option<&'a core::PodSpec>,
}

impl<'a> Workload<'a> {
    fn of(resource: &'a Resource) -> Option<Self> {
        if let Some(deployment) = resource.get::<apps::Deployment>() {
            let spec = deployment.spec.as_ref();
            return Some(Self::new(
                spec.map(|spec| &spec.selector),
                spec.map(|spec| &spec.template),
            ));
        }
        if let Some(stateful_set) = resource.get::<apps::StatefulSet>() {
            let spec = stateful_set.spec.as_ref();
            return Some(Self::new(
                spec.map(|spec| &spec.selector),
                spec.map(|spec| &spec.template),
            ));
        }
        if let Some(daemon_set) = resource.get::<apps::DaemonSet>() {
            let spec = daemon_set.spec.as_ref();
            return Some(Self::new(
                spec.map(|spec| &spec.selector),
                spec.map(|spec| &spec.template),
            ));
        }
        if let Some(job) = resource.get::<batch::Job>() {
            return Some(Self::new(
                None,
                job.spec.as_ref().map(|spec| &spec.template),
            ));
        }
        if let Some(cron_job) = resource.get::<batch::CronJob>() {
            let job = cron_job
                .spec
                .as_ref()
                .and_then(|spec| spec.job_template.spec.as_ref());
            return Some(Self::new(None, job.map(|spec| &spec.template)));
        }
        let pod = resource.get::<core::Pod>()?;
        Some(Self {
            selector: None,
            labels: pod.metadata.labels.as_ref(),
            pods: pod.spec.as_ref(),
        })
    }

    fn new(
        selector: Option<&'a LabelSelector>,
        template: Option<&'a core::PodTemplateSpec>,
    ) -> Self {
        let metadata = template.and_then(|template| template.metadata.as_ref());
        Self {
            selector,
            labels: metadata.and_then(|metadata| metadata.labels.as_ref()),
            pods: template.and_then(|template| template.spec.as_ref()),
        }
    }

    fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let containers = self
            .pods
            .map(|pods| pods.containers.as_slice())
            .unwrap_or_default();
        if containers.is_empty() {
            mistakes.push(
                "the workload has no container: the API server would refuse it; add one".to_owned(),
            );
        }
        if let Some(selector) = self.selector {
            mistakes.extend(self.unmatched(selector));
        }
        let initial = self
            .pods
            .and_then(|pods| pods.init_containers.as_deref())
            .unwrap_or_default();
        mistakes.extend(containers.iter().chain(initial).flat_map(plain_secrets));
        mistakes
    }

    /// Selectors of workloads must match their own template, or the API server refuses the object.
    fn unmatched(&self, selector: &LabelSelector) -> Option<String> {
        let empty = Labels::new();
        let wanted = selector.match_labels.as_ref().unwrap_or(&empty);
        let labels = self.labels.unwrap_or(&empty);
        if wanted.is_empty() && selector.match_expressions.is_none() {
            return Some("the selector is empty: select the labels of the pod template".to_owned());
        }
        let missing: Vec<_> = wanted
            .iter()
            .filter(|(key, value)| labels.get(*key) != Some(value))
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        (!missing.is_empty()).then(|| {
            format!(
                "the selector wants {}, which the pod template does not have: the API server would refuse it; label the \
                 template or change the selector",
                missing.join(", ")
            )
        })
    }
}

/// Variables whose name says secret and whose value stands in Git.
fn plain_secrets(container: &core::Container) -> Vec<String> {
    let variables = container.env.as_deref().unwrap_or_default();
    variables
        .iter()
        .filter(|variable| variable.value.as_ref().is_some_and(|value| !value.is_empty()) && !is_plain(&variable.name))
        .map(|variable| {
            format!(
                "the variable {} of container {} has a plain value that would stand in Git: take it from a SecretKey",
                variable.name, container.name
            )
        })
        .collect()
}
