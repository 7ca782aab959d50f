//! What must hold for every workload.

use std::collections::BTreeMap;
use std::ptr;

use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};

use super::properties::{asks_nothing, have_no_pods, lacking_labels, missing_volumes, satisfies};
use super::{Mistake, metadata, variables};
use crate::model::error::BuildError;
use crate::model::label::Labels;
use crate::model::resource::Resource;
use crate::model::rule::Rule;

/// What the pods of an object claim: by templates of a StatefulSet, or as volumes that live as long as a pod.
pub(crate) fn claims(resource: &Resource) -> Vec<&core::PersistentVolumeClaimSpec> {
    let Some(workload) = Workload::of(resource) else {
        return Vec::new();
    };
    let templates = workload.claims.iter().filter_map(|claim| claim.spec.as_ref());
    let volumes = workload.pods.into_iter().flat_map(|pods| pods.volumes.iter().flatten());
    let ephemeral = volumes.filter_map(|volume| {
        Some(&volume.ephemeral.as_ref()?.volume_claim_template.as_ref()?.spec)
    });
    templates.chain(ephemeral).collect()
}

/// The names of the claims that the pods of an object mount.
pub(crate) fn mounted_claims(resource: &Resource) -> Vec<String> {
    let pods = Workload::of(resource).and_then(|workload| workload.pods);
    let volumes = pods.into_iter().flat_map(|pods| pods.volumes.iter().flatten());
    let claims = volumes.filter_map(|volume| volume.persistent_volume_claim.as_ref());
    claims.map(|claim| claim.claim_name.clone()).collect()
}

/// Pods, or a template of pods and what selects them.
#[derive(Clone, Copy)]
pub(super) struct Workload<'a> {
    resource: &'a Resource,
    selector: Option<&'a LabelSelector>,
    /// Metadata of its pods; a pod's own is the object's.
    metadata: Option<&'a ObjectMeta>,
    pods: Option<&'a core::PodSpec>,
    claims: &'a [core::PersistentVolumeClaim],
    /// Whether it has a pod on every node that it may run on.
    on_every_node: bool,
    /// How many pods it has, where it says so.
    replicas: Option<i32>,
}

impl<'a> Workload<'a> {
    /// The object as a workload, where it is one.
    pub(super) fn of(resource: &'a Resource) -> Option<Self> {
        let new = |selector, template: Option<&'a core::PodTemplateSpec>| Self {
            resource,
            selector,
            metadata: template.and_then(|template| template.metadata.as_ref()),
            pods: template.and_then(|template| template.spec.as_ref()),
            claims: &[],
            on_every_node: false,
            replicas: None,
        };
        if let Some(pod) = resource.get::<core::Pod>() {
            return Some(Self {
                metadata: Some(&pod.metadata),
                pods: pod.spec.as_ref(),
                ..new(None, None)
            });
        }
        if let Some(deployment) = resource.get::<apps::Deployment>() {
            let spec = deployment.spec.as_ref();
            return Some(Self {
                replicas: spec.and_then(|spec| spec.replicas),
                ..new(spec.map(|spec| &spec.selector), spec.map(|spec| &spec.template))
            });
        }
        if let Some(stateful_set) = resource.get::<apps::StatefulSet>() {
            let spec = stateful_set.spec.as_ref();
            let claims = spec.and_then(|spec| spec.volume_claim_templates.as_deref());
            return Some(Self {
                claims: claims.unwrap_or_default(),
                replicas: spec.and_then(|spec| spec.replicas),
                ..new(spec.map(|spec| &spec.selector), spec.map(|spec| &spec.template))
            });
        }
        if let Some(daemon_set) = resource.get::<apps::DaemonSet>() {
            let spec = daemon_set.spec.as_ref();
            return Some(Self {
                on_every_node: true,
                ..new(spec.map(|spec| &spec.selector), spec.map(|spec| &spec.template))
            });
        }
        if let Some(job) = resource.get::<batch::Job>() {
            return Some(new(None, job.spec.as_ref().map(|spec| &spec.template)));
        }
        if let Some(cron_job) = resource.get::<batch::CronJob>() {
            let spec = cron_job.spec.as_ref();
            let job = spec.and_then(|spec| spec.job_template.spec.as_ref());
            return Some(new(None, job.map(|spec| &spec.template)));
        }
        if let Some(replica_set) = resource.get::<apps::ReplicaSet>() {
            let spec = replica_set.spec.as_ref();
            let template = spec.and_then(|spec| spec.template.as_ref());
            return Some(new(spec.map(|spec| &spec.selector), template));
        }
        if let Some(controller) = resource.get::<core::ReplicationController>() {
            let spec = controller.spec.as_ref();
            return Some(new(None, spec.and_then(|spec| spec.template.as_ref())));
        }
        Some(new(None, resource.get::<core::PodTemplate>()?.template.as_ref()))
    }

    /// What its pods are.
    pub(super) fn pods(&self) -> Option<&'a core::PodSpec> {
        self.pods
    }

    /// Labels of its pods.
    pub(super) fn labels(&self) -> Option<&'a Labels> {
        self.metadata?.labels.as_ref()
    }

    /// Annotations of its pods.
    pub(super) fn annotations(&self) -> Option<&'a Labels> {
        self.metadata?.annotations.as_ref()
    }

    /// Whether its pods say that they get no proxy of the mesh.
    pub(super) fn is_outside_mesh(&self) -> bool {
        let says_no = |labels: &Labels| labels.get(INJECT).is_some_and(|value| value == "false");
        self.labels().is_some_and(says_no) || self.annotations().is_some_and(says_no)
    }

    /// Every container, those that run first included.
    pub(super) fn containers(&self) -> impl Iterator<Item = &'a core::Container> {
        let pods = self.pods.into_iter();
        pods.flat_map(|pods| pods.containers.iter().chain(pods.init_containers.iter().flatten()))
    }

    fn has_labels(&self, wanted: &Labels) -> bool {
        let own = |key: &str| self.labels().and_then(|labels| labels.get(key)).map(String::as_str);
        let wanted = wanted.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        lacking_labels(wanted, own).next().is_none()
    }

    /// Everything wrong with it.
    pub(super) fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        if self.pods.is_none_or(|pods| pods.containers.is_empty()) {
            mistakes.push(Mistake::new(
                Rule::MissingContainer,
                "the workload has no container: the API server would refuse it; add one",
            ));
        }
        // A pod's own are looked at as the object's.
        let of_object = |metadata: &&ObjectMeta| ptr::eq(*metadata, self.resource.metadata());
        if let Some(template) = self.metadata.filter(|metadata| !of_object(metadata)) {
            mistakes.extend(metadata::labels_and_annotations(template, "the pods' metadata"));
        }
        if self.pods.is_some_and(|pods| pods.ephemeral_containers.is_some()) {
            mistakes.push(Mistake::new(
                Rule::EphemeralContainer,
                "ephemeralContainers: the API server would refuse them, as they only join a pod that runs (kubectl debug): remove \
                 them",
            ));
        }
        mistakes.extend(self.unplaced());
        mistakes.extend(self.selector.and_then(|selector| self.unmatched(selector)));
        for container in self.containers() {
            mistakes.extend(self.mounts_without_volume(container));
            mistakes.extend(variables::mistakes(container));
        }
        mistakes
    }

    /// Pods that run anywhere, beside the gateways too.
    fn unplaced(&self) -> Option<Mistake> {
        let pods = self.pods.filter(|pods| !self.on_every_node && !pods.containers.is_empty())?;
        let affinity = pods.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
        let required = affinity
            .and_then(|nodes| nodes.required_during_scheduling_ignored_during_execution.as_ref());
        let selected = pods.node_selector.as_ref().is_some_and(|labels| !labels.is_empty());
        (!selected && required.is_none() && pods.node_name.is_none()).then(|| {
            Mistake::new(
                Rule::UnplacedPod,
                "the pods select no nodes, and would run on any, such as those of the gateways: set the node selector \
                 (NodeGroup::node_selector)",
            )
        })
    }

    /// A mount without its volume is refused by the API server.
    fn mounts_without_volume(&self, container: &core::Container) -> Vec<Mistake> {
        let volumes = self.pods.into_iter().flat_map(|pods| pods.volumes.iter().flatten());
        let claims = self.claims.iter().filter_map(|claim| claim.metadata.name.as_deref());
        let known: Vec<&str> = volumes.map(|volume| volume.name.as_str()).chain(claims).collect();
        let mounts = container.volume_mounts.iter().flatten().map(|mount| mount.name.as_str());
        let devices = container.volume_devices.iter().flatten().map(|device| device.name.as_str());
        missing_volumes(mounts.chain(devices).map(|name| (name, ())), &known)
            .map(|(volume, ())| {
                Mistake::new(
                    Rule::MissingVolume,
                    format!(
                        "container {} mounts the volume {volume}, which its pod does not have: the API server would refuse it; a claim \
                         belongs to the StatefulSet that declares it, mount a volume of this workload",
                        container.name
                    ),
                )
            })
            .collect()
    }

    /// Selectors of workloads must match their own template, or the API server refuses the object.
    fn unmatched(&self, selector: &LabelSelector) -> Option<Mistake> {
        let labels = selector.match_labels.iter().flatten();
        let expressions = selector.match_expressions.as_deref().unwrap_or_default();
        if asks_nothing(labels.clone().count(), expressions.len()) {
            return Some(Mistake::new(
                Rule::EmptySelector,
                "the selector is empty: select the labels of the pod template",
            ));
        }
        let own = |key: &str| self.labels().and_then(|labels| labels.get(key)).map(String::as_str);
        let lacking =
            lacking_labels(labels.map(|(key, value)| (key.as_str(), value.as_str())), own)
                .map(|(key, value)| format!("{key}={value}"));
        let unsatisfied = expressions
            .iter()
            .filter(|it| {
                let values = it.values.iter().flatten().map(String::as_str);
                !satisfies(&it.operator, values, own(&it.key))
            })
            .map(|it| {
                let values = it.values.as_deref().unwrap_or_default().join(", ");
                format!("{} {} ({values})", it.key, it.operator)
            });
        let missing: Vec<_> = lacking.chain(unsatisfied).collect();
        (!missing.is_empty()).then(|| {
            Mistake::new(
                Rule::SelectorMismatch,
                format!(
                    "the selector wants {}, which the pod template does not have: the API server would refuse it; label the \
                     template or change the selector",
                    missing.join(", ")
                ),
            )
        })
    }
}

/// Whether pods get a proxy of the mesh where their namespace does.
///
/// Upstream: <https://istio.io/latest/docs/reference/config/labels/#SidecarInject>
const INJECT: &str = "sidecar.istio.io/inject";

/// Services that select the pods of several workloads, a share of whose requests would reach pods that do not serve them, and
/// Services whose workloads have no pods.
pub(crate) fn selected_pods<'a>(resources: impl Iterator<Item = &'a Resource>) -> Vec<BuildError> {
    let mut services = Vec::new();
    // By namespace and label, so that a Service looks at few workloads.
    let mut workloads: BTreeMap<_, Vec<Workload<'_>>> = BTreeMap::new();
    for resource in resources {
        let namespace = resource.object_ref().namespace;
        if let Some(workload) = Workload::of(resource) {
            for label in workload.labels().into_iter().flatten() {
                let labelled = workloads.entry((namespace.clone(), label)).or_default();
                labelled.push(workload);
            }
        }
        services.extend(selector(resource).map(|selector| (resource, namespace, selector)));
    }
    let mut errors = Vec::new();
    for (resource, namespace, selector) in services {
        let Some(label) = selector.first_key_value() else {
            continue;
        };
        let selected: Vec<_> = workloads
            .get(&(namespace, label))
            .into_iter()
            .flatten()
            .filter(|workload| workload.has_labels(selector))
            .collect();
        let replicas = selected.iter().map(|workload| workload.replicas);
        if have_no_pods(replicas.map(|replicas| replicas.and_then(|it| u64::try_from(it).ok()))) {
            errors.push(
                BuildError::new(
                    Rule::ServiceWithoutPods,
                    resource.origin(),
                    format!(
                        "{} selects pods of which there are none (replicas: 0): nobody would answer; run at least one, or remove the \
                         Service",
                        resource.object_ref()
                    ),
                )
                .related(selected.iter().map(|workload| workload.resource.origin())),
            );
        }
        if selected.len() > 1 {
            errors.push(
                BuildError::new(
                    Rule::SharedSelector,
                    resource.origin(),
                    format!(
                        "{} selects the pods of {} workloads: a share of its requests would reach pods that do not serve them; \
                         select more labels",
                        resource.object_ref(),
                        selected.len()
                    ),
                )
                .related(selected.iter().map(|workload| workload.resource.origin())),
            );
        }
    }
    errors
}

/// What a Service selects, where the object is one.
fn selector(resource: &Resource) -> Option<&Labels> {
    let service = resource.get::<core::Service>()?.spec.as_ref()?;
    service.selector.as_ref()
}
