//! Pods: what Deployments and stateful sets have in common.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};

use super::annotations::Annotations;
use super::container::ContainerState;
use super::disruption_budget::{Unready, disruption_budget};
use super::lifecycle::GRACE_PERIOD;
use super::mount::Mount;
use super::pull_secrets::PullSecrets;
use super::scheduling::Scheduling;
use super::volume::{PodVolume, PodVolumeSource};
use super::{
    Allowance, Container, ContainerHandle, InitContainer, NodeGroup, PortlessContainer, RunsFirst,
    SecurityException, WithPort, WithoutPort, addresses, config_files, placement, security,
};
use crate::check::properties::repeated;
use crate::delivery::gitops::jobs;
use crate::model::bundle::Output;
use crate::model::component::Component;
use crate::model::conventions::Mesh;
use crate::model::error::BuildError;
use crate::model::label::{Labels, SelectorLabels, matching};
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::network::outbound;
use crate::values::{LabelKey, Seconds, seconds};

/// Whether Istio's proxy starts before all other containers, and ends with them. By itself Istio does so only where every node has
/// Kubernetes 1.33.
///
/// Upstream: <https://istio.io/latest/docs/reference/config/annotations/#SidecarNativeSidecar>
const NATIVE_SIDECAR: &str = "sidecar.istio.io/nativeSidecar";

/// The pods of one workload.
#[doc(hidden)]
pub struct Pod {
    pub(super) component: Component,
    /// Suffix of the workload's name, such as `deployment`.
    kind: &'static str,
    origin: Origin,
    replicas: u16,
    containers: RefCell<Vec<Rc<ContainerState>>>,
    selector: Cell<SelectorLabels>,
    group: Cell<Option<i64>>,
    /// Of the template.
    pub(super) annotations: Annotations,
    /// Of the template, beside those that selectors find it by.
    labels: RefCell<Labels>,
    pub(super) scheduling: Scheduling,
    grace_period: Cell<Option<Seconds>>,
    pub(super) pull_secrets: PullSecrets,
    /// Whether the old pods stop before new ones start.
    recreated: Cell<bool>,
    /// Whether an autoscaler, or a Job by itself, may run more of them.
    scaled: Cell<bool>,
    /// Whether a run of a CronJob may start while the last one goes on.
    overlapping: Cell<bool>,
    /// Whether its component runs something else already: then it becomes nothing.
    refused: bool,
    /// Whether they start only once Jobs of the bundle have succeeded.
    after_jobs: Cell<bool>,
}

impl Pod {
    pub(super) fn new(
        component: &Component,
        kind: &'static str,
        origin: Origin,
        replicas: u16,
        selector: SelectorLabels,
    ) -> Rc<Self> {
        let other = component.bundle.runs(component.name(), origin);
        if let Some(other) = other {
            component.bundle.error(second_workload(component, origin, other));
        }
        Rc::new(Self {
            component: component.clone(),
            kind,
            origin,
            replicas,
            containers: RefCell::default(),
            selector: Cell::new(selector),
            group: Cell::new(None),
            annotations: Annotations::default(),
            labels: RefCell::default(),
            scheduling: Scheduling::default(),
            grace_period: Cell::new(None),
            pull_secrets: PullSecrets::default(),
            recreated: Cell::new(false),
            scaled: Cell::new(false),
            overlapping: Cell::new(false),
            refused: other.is_some(),
            after_jobs: Cell::new(false),
        })
    }

    pub(crate) fn container(
        &self,
        origin: Origin,
        container: Container,
    ) -> ContainerHandle<WithPort> {
        self.keep(container.part_of(self, origin))
    }

    pub(crate) fn portless_container(
        &self,
        origin: Origin,
        container: PortlessContainer,
    ) -> ContainerHandle<WithoutPort> {
        self.keep(container.part_of(self, origin))
    }

    pub(super) fn init_container(
        &self,
        origin: Origin,
        container: InitContainer,
    ) -> ContainerHandle<RunsFirst> {
        self.keep(container.part_of(self, origin))
    }

    pub(super) fn sidecar(&self, origin: Origin, sidecar: Container) -> ContainerHandle<WithPort> {
        self.keep(sidecar.sidecar_of(self, origin))
    }

    pub(super) fn portless_sidecar(
        &self,
        origin: Origin,
        sidecar: PortlessContainer,
    ) -> ContainerHandle<WithoutPort> {
        self.keep(sidecar.sidecar_of(self, origin))
    }

    fn keep<P>(&self, container: ContainerHandle<P>) -> ContainerHandle<P> {
        self.containers.borrow_mut().push(container.state());
        container
    }

    pub(super) fn keep_selector(&self, labels: SelectorLabels) {
        self.selector.set(labels);
    }

    pub(super) fn recreate(&self) {
        self.recreated.set(true);
    }

    pub(super) fn scale(&self) {
        self.scaled.set(true);
    }

    pub(super) fn overlap(&self) {
        self.overlapping.set(true);
    }

    pub(super) fn is_recreated(&self) -> bool {
        self.recreated.get()
    }

    pub(super) fn grace_period(&self, origin: Origin, time: Seconds) {
        if time == seconds(0) {
            let message = "pods with 0 seconds to stop are killed at once, and their last requests with them: give them longer";
            self.component.bundle.error(BuildError::new(Rule::ZeroSize, origin, message));
        }
        self.grace_period.set(Some(time));
    }

    pub(super) fn label(&self, origin: Origin, key: &LabelKey, value: String) {
        let own = self.component.labels();
        let mut labels = self.labels.borrow_mut();
        if own.contains_key(key.as_str()) || labels.contains_key(key.as_str()) {
            let message = format!(
                "the pods of {} have a label {key} already, and selectors may find them by it: choose another key",
                self.name()
            );
            self.component.bundle.error(BuildError::new(Rule::InvalidLabel, origin, message));
            return;
        }
        labels.insert(key.to_string(), value);
    }

    pub(super) fn annotate(&self, origin: Origin, key: &LabelKey, value: &str) {
        if let Err(first) = self.annotations.set(origin, key.as_str(), value) {
            let message = format!(
                "the pods of {} have an annotation {key} of another value already: remove one",
                self.name()
            );
            let mistake = BuildError::new(Rule::InvalidAnnotation, origin, message);
            self.component.bundle.error(mistake.related([first]));
        }
    }

    /// What is wrong with mounting volumes that only one pod at a time may have, and the group of their files.
    fn claims(&self, mounts: &[Mount], output: &mut Output<'_>) -> Option<i64> {
        let mut group = self.group.get();
        for Mount { origin, volume, .. } in mounts {
            let PodVolumeSource::Claim { name, exclusive: Some((owner, made_at)), .. } =
                &volume.source
            else {
                continue;
            };
            let several = if self.replicas > 1 || self.scaled.get() || self.kind == "daemon-set" {
                Some("several pods of it run at once: run one")
            } else if self.overlapping.get() {
                Some(
                    "a run may start before the last one has ended: leave it out (`Concurrency::Forbid`)",
                )
            } else if self.kind == "deployment" && !self.recreated.get() {
                Some("a new pod starts before the old one stops: stop it first (`recreate`)")
            } else {
                None
            };
            if let Some(several) = several {
                let message = format!(
                    "the claim {name} is for one pod at a time, and {} can have two: {several}, or the second pod waits for the volume \
                     forever on another node, and writes beside the first one on the same",
                    self.name()
                );
                let mistake = BuildError::new(Rule::SharedClaim, *origin, message);
                output.errors.push(mistake.related([*made_at]));
            }
            let other = group.replace(*owner).filter(|other| other != owner);
            output.errors.extend(other.map(|other| self.several_owners(*origin, other, *owner)));
        }
        group
    }

    /// Volumes of the pod belong to this group.
    pub(super) fn own_volumes(&self, origin: Origin, group: i64) {
        if let Some(other) = self.group.replace(Some(group)).filter(|other| *other != group) {
            self.component.bundle.error(self.several_owners(origin, other, group));
        }
    }

    fn several_owners(&self, origin: Origin, one: i64, other: i64) -> BuildError {
        let message = format!(
            "the volumes of one pod belong to one group, and those of {} are to belong to {one} and to {other}: the last one would have \
             all; give them one owner",
            self.name()
        );
        BuildError::new(Rule::SeveralVolumeOwners, origin, message)
    }

    pub(super) fn replicas(&self) -> i32 {
        i32::from(self.replicas)
    }

    pub(super) fn selector(&self) -> LabelSelector {
        matching(self.component.selected_by(self.selector.get()))
    }

    /// Name of the workload.
    pub(super) fn name(&self) -> String {
        self.component.object_name(self.kind)
    }

    pub(super) fn metadata(&self) -> ObjectMeta {
        self.metadata_of(self.kind)
    }

    /// Metadata of what is applied together with the workload.
    pub(super) fn metadata_of(&self, kind: &str) -> ObjectMeta {
        let mut metadata = self.component.metadata(kind);
        if self.after_jobs.get() {
            jobs::apply_after_jobs(&mut metadata);
        }
        metadata
    }

    pub(super) fn is_refused(&self) -> bool {
        self.refused
    }

    pub(super) fn wait_for_jobs(&self) {
        self.after_jobs.set(true);
    }

    pub(super) fn origin(&self) -> Origin {
        self.origin
    }

    /// The identity of the pods, what keeps some of them running while nodes are drained, and what leaves them.
    pub(super) fn build_companions(&self, output: &mut Output<'_>) {
        let component = &self.component;
        output.add(
            self.origin,
            core::ServiceAccount {
                metadata: component.metadata("service-account"),
                automount_service_account_token: Some(self.token().is_some()),
                ..core::ServiceAccount::default()
            },
        );
        if self.replicas > 1 {
            let metadata = component.metadata("pod-disruption-budget");
            let budget = disruption_budget(metadata, self.selector(), Unready::Evictable);
            output.add(self.origin, budget);
        }
        outbound::limit(output, self.origin, component);
    }

    /// The template, and the lines whose patches have changed its containers.
    pub(super) fn template(&self, output: &mut Output<'_>) -> (core::PodTemplateSpec, Vec<Origin>) {
        let labels = self.component.labels();
        let containers = self.containers.borrow();
        output.errors.extend(clashes(&containers));
        let mounts: Vec<Mount> = containers.iter().flat_map(|it| it.mounts()).collect();
        output.errors.extend(addresses::uncalled_in_files(&self.component, &mounts));
        if let Some(checksum) = config_files::checksum(mounts.iter().map(|it| &it.volume)) {
            // Another value is nobody's: the key is this library's.
            let _ = self.annotations.set(self.origin, "checksum/config", checksum);
        }
        let group = self.claims(&mounts, output);
        let grace = self.grace_period.get().unwrap_or(GRACE_PERIOD);
        output.errors.extend(containers.iter().flat_map(|it| it.stop_mistakes(grace)));
        let mut patched = Vec::new();
        let (first, main): (Vec<_>, Vec<_>) =
            containers.iter().partition(|container| container.starts_first());
        let mut build = |containers: Vec<&Rc<ContainerState>>| -> Vec<core::Container> {
            let containers = containers.into_iter();
            let build = |container: &Rc<ContainerState>| {
                let (origin, built) = (container.origin(), container.build(output, &mut patched));
                output.errors.extend(addresses::uncalled(&self.component, &built, origin));
                built
            };
            containers.map(build).collect()
        };
        let (init_containers, main) = (build(first), build(main));
        let ends = matches!(self.kind, "job" | "cron-job");
        if (ends || !init_containers.is_empty())
            && matches!(output.conventions.mesh, Mesh::Istio { .. })
        {
            // Who says `false` means it.
            let _ = self.annotations.set(self.origin, NATIVE_SIDECAR, "true".to_owned());
        }
        let mut of_pods = labels.clone();
        of_pods.extend(self.labels.borrow().clone());
        let mut template = core::PodTemplateSpec {
            metadata: Some(ObjectMeta {
                annotations: self.annotations.build(),
                labels: Some(of_pods),
                ..ObjectMeta::default()
            }),
            spec: Some(core::PodSpec {
                automount_service_account_token: Some(self.token().is_some()),
                containers: main,
                enable_service_links: Some(false),
                init_containers: (!init_containers.is_empty()).then_some(init_containers),
                node_selector: Some(self.component.nodes().node_selector()),
                security_context: Some(core::PodSecurityContext {
                    fs_group: group.or_else(|| reader_of_secrets(&containers)),
                    ..security::of_pod()
                }),
                service_account_name: Some(self.component.service_account()),
                topology_spread_constraints: (self.replicas > 1).then(|| {
                    placement::spread(&self.component.selected_by(SelectorLabels::AppComponent))
                }),
                volumes: volumes(&containers, self.component.nodes(), output),
                ..core::PodSpec::default()
            }),
        };
        if let Some(pods) = &mut template.spec {
            pods.termination_grace_period_seconds =
                self.grace_period.get().map(|time| time.as_seconds().into());
            self.scheduling.build(pods);
            self.pull_secrets.build(&self.name(), pods, output);
        }
        self.allow_token(&template, output);
        (template, patched)
    }

    /// Why the pods carry a token of their ServiceAccount, where they do.
    fn token(&self) -> Option<(Origin, &'static str)> {
        self.component.bundle.token(self.component.name())
    }

    /// A role is the reason why each container carries a token.
    fn allow_token(&self, template: &core::PodTemplateSpec, output: &mut Output<'_>) {
        let Some((origin, reason)) = self.token() else { return };
        let pods = template.spec.iter();
        let containers = pods
            .flat_map(|pods| pods.containers.iter().chain(pods.init_containers.iter().flatten()));
        output.exceptions.extend(containers.map(|container| SecurityException {
            origin,
            container: format!("{}/{}", self.name(), container.name),
            allows: Allowance::ServiceAccountToken,
            reason,
        }));
    }
}

/// Two workloads of one component would be one for whatever selects pods by its labels.
fn second_workload(component: &Component, origin: Origin, first: Origin) -> BuildError {
    BuildError::new(
        Rule::SeveralWorkloads,
        origin,
        format!(
            "the component {} runs something already: both would have the same labels and ServiceAccount, so that the Services and \
             policies of one reach the pods of the other; make this one of a component of its own, such as \
             bundle.component(name!(\"report\"), …)",
            component.name()
        ),
    )
    .related([first])
}

/// The group by which a container reads files of Secrets: those of root need none.
fn reader_of_secrets(containers: &[Rc<ContainerState>]) -> Option<i64> {
    let readers = containers.iter().filter(|container| {
        let mounts = container.mounts();
        mounts.iter().any(|mount| matches!(mount.volume.source, PodVolumeSource::Secret { .. }))
    });
    readers.map(|container| container.user().id()).find(|id| *id != 0)
}

/// Every volume that a container mounts, once.
fn volumes(
    containers: &[Rc<ContainerState>],
    on: &NodeGroup,
    output: &mut Output<'_>,
) -> Option<Vec<core::Volume>> {
    let mut declared: BTreeMap<String, (Origin, PodVolume)> = BTreeMap::new();
    let mut volumes = Vec::new();
    for Mount { origin, volume, .. } in containers.iter().flat_map(|container| container.mounts()) {
        match declared.get(&volume.name) {
            None => {
                if let Some(nodes) = volume.nodes().filter(|nodes| *nodes != on) {
                    output.errors.push(BuildError::new(
                        Rule::VolumeOnOtherNodes,
                        origin,
                        format!(
                            "the volume {} is on the nodes {} and its pod on the nodes {}: the pod would never be scheduled; \
                             put both on one group",
                            volume.name, nodes.value, on.value
                        ),
                    ));
                }
                volumes.extend(volume.build());
                declared.insert(volume.name.clone(), (origin, volume));
            }
            Some((_, other)) if other.is_same(&volume) => {}
            Some((first, _)) => output.errors.push(
                BuildError::new(
                    Rule::DuplicateVolume,
                    origin,
                    format!(
                        "two volumes of one pod are named {}: the API server would refuse the second; rename one",
                        volume.name
                    ),
                )
                .related([*first]),
            ),
        }
    }
    (!volumes.is_empty()).then_some(volumes)
}

/// Containers of one pod share its network: names and ports must differ.
fn clashes(containers: &[Rc<ContainerState>]) -> Vec<BuildError> {
    let clash = |rule, [first, second]: [&Rc<ContainerState>; 2], what: String| {
        BuildError::new(rule, second.origin(), format!("two containers of one pod {what}"))
            .related([first.origin()])
    };
    let names = repeated(containers.iter().map(|container| (container.name(), container)));
    let of_names = names.into_iter().map(|(first, second)| {
        let name = second.name();
        let what = format!("are named {name}: the API server would refuse the second; rename one");
        clash(Rule::DuplicateContainer, [first, second], what)
    });
    let ports = containers.iter().flat_map(|container| {
        container.ports().into_iter().map(move |port| (port, (port, container)))
    });
    // What a container has twice by itself is said at the line that adds the port.
    let of_ports = repeated(ports)
        .into_iter()
        .filter(|((_, first), (_, second))| !Rc::ptr_eq(first, second))
        .map(|((_, first), (port, second))| {
            let what = format!(
                "listen on port {port} of one network: the second would not start; give one another port"
            );
            clash(Rule::DuplicateContainerPort, [first, second], what)
        });
    of_names.chain(of_ports).collect()
}
