//! What every kind of workload takes: containers and what is beside them in its pods.

use super::pod::Pod;
use super::{
    Container, ContainerHandle, InitContainer, JobHandle, NodeLabel, PortlessContainer,
    PriorityClass, RunsFirst, Scratch, Toleration, Topology, WithPort, WithoutPort,
};
use crate::data::PullSecretHandle;
use crate::model::component::Component;
use crate::model::origin::Origin;
use crate::values::{Bytes, LabelKey, Name, Seconds};

/// What runs pods, whatever keeps them running.
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/controllers/>
pub trait Workload: sealed::Sealed {
    /// The pods that it runs.
    #[doc(hidden)]
    fn pod(&self) -> &Pod;

    /// Adds a container that listens on a port.
    #[track_caller]
    fn container(&self, container: Container) -> ContainerHandle<WithPort>
    where
        Self: LongRunning,
    {
        self.pod().container(Origin::here(), container)
    }

    /// Adds a container that listens on no port.
    #[track_caller]
    fn portless_container(&self, container: PortlessContainer) -> ContainerHandle<WithoutPort> {
        self.pod().portless_container(Origin::here(), container)
    }

    /// Adds a container that runs to its end before the others start.
    #[track_caller]
    fn init_container(&self, container: InitContainer) -> ContainerHandle<RunsFirst> {
        self.pod().init_container(Origin::here(), container)
    }

    /// Adds a container that starts before the others, runs beside them and ends behind them: a proxy, or what ships logs.
    ///
    /// Becomes one of the pod's `initContainers` with the restart policy `Always`, in the order of their lines. What stands behind it
    /// starts once its startup probe answers; its readiness counts for the pod. A Job ends without it.
    ///
    /// Upstream: <https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/>
    #[track_caller]
    fn sidecar(&self, sidecar: Container) -> ContainerHandle<WithPort> {
        self.pod().sidecar(Origin::here(), sidecar)
    }

    /// The same for a [sidecar](Self::sidecar) that listens on no port.
    #[track_caller]
    fn portless_sidecar(&self, sidecar: PortlessContainer) -> ContainerHandle<WithoutPort> {
        self.pod().portless_sidecar(Origin::here(), sidecar)
    }

    /// Gives the pods an empty folder that their containers share, on the node's disk. Pods that write more than `size` to it are
    /// evicted.
    #[track_caller]
    #[must_use = "mount the folder into containers"]
    fn scratch(&self, name: Name, size: Bytes) -> Scratch {
        Scratch::of(self.pod(), Origin::here(), &name, size, false)
    }

    /// The same in memory, which counts for the container that writes to it.
    ///
    /// The build reports a size that leaves a container that mounts it no memory.
    #[track_caller]
    #[must_use = "mount the folder into containers"]
    fn scratch_in_memory(&self, name: Name, size: Bytes) -> Scratch {
        Scratch::of(self.pod(), Origin::here(), &name, size, true)
    }

    /// Gives the pods this long to stop before they are killed, in place of 30 s.
    ///
    /// The build reports a time of 0, and a container that waits longer [before it stops](ContainerHandle::pre_stop).
    #[track_caller]
    fn grace_period(&self, time: Seconds) {
        self.pod().grace_period(Origin::here(), time);
    }

    /// Labels the pods, beside the labels that selectors find them by.
    ///
    /// The build reports a key that they have already, and a value that is none of a label.
    #[track_caller]
    fn pod_label(&self, key: &LabelKey, value: &str) {
        self.pod().label(Origin::here(), key, value.to_owned());
    }

    /// Annotates the pods.
    ///
    /// The build reports a key that has another value already.
    #[track_caller]
    fn pod_annotation(&self, key: &LabelKey, value: &str) {
        self.pod().annotate(Origin::here(), key, value);
    }

    /// Lets the pods run on nodes with this taint.
    fn tolerate(&self, toleration: Toleration) {
        self.pod().scheduling.tolerate(toleration);
    }

    /// Keeps the pods on nodes with this label, of those that their component runs on. Several hold together.
    fn require_nodes(&self, label: &NodeLabel) {
        self.pod().scheduling.require_nodes(label);
    }

    /// Runs the pods on nodes with this label where they have room.
    fn prefer_nodes(&self, label: &NodeLabel) {
        self.pod().scheduling.prefer_nodes(label);
    }

    /// Never runs a pod where one of the component is, which may be its own: each on a node or in a zone of its own. A pod that finds
    /// none waits.
    fn require_apart(&self, others: &Component, topology: Topology) {
        self.pod().scheduling.require_apart(self.pod(), others, topology);
    }

    /// Runs pods apart from those of the component as long as there is room elsewhere.
    fn prefer_apart(&self, others: &Component, topology: Topology) {
        self.pod().scheduling.prefer_apart(self.pod(), others, topology);
    }

    /// Runs pods beside those of the component where there is room.
    fn prefer_near(&self, others: &Component, topology: Topology) {
        self.pod().scheduling.prefer_near(self.pod(), others, topology);
    }

    /// Lets the kubelet log in to the private registry of images that the pods run.
    ///
    /// Becomes one of the pods' `imagePullSecrets`. The build reports one of another namespace, and one for a registry that none of the
    /// pods' images is in.
    ///
    /// Upstream: <https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/>
    #[track_caller]
    fn image_pull_secret(&self, secret: &PullSecretHandle) {
        self.pod().pull_secrets.add(self.pod(), Origin::here(), secret);
    }

    /// Schedules the pods before those of lower classes, and evicts them after.
    fn priority_class(&self, class: PriorityClass) {
        self.pod().scheduling.prioritize(class);
    }
}

/// What runs its pods until it is removed, so that they can serve.
#[diagnostic::on_unimplemented(
    message = "the pods of a `{Self}` run to their end, and serve nobody",
    label = "its containers listen on no port",
    note = "add the container as a `PortlessContainer` by `portless_container`; what serves is a `Deployment`, `StatefulSet` or `DaemonSet`"
)]
pub trait LongRunning: Workload {
    /// Changes the pods only once a [`Job`](super::Job) of the same bundle has succeeded, such as a migration of their database. When it
    /// fails they stay as they are.
    ///
    /// The workload and its autoscaler wait. ConfigMaps, Services and policies do not: old pods meet those of the new version before the
    /// Job runs, and after it has failed.
    #[track_caller]
    fn after(&self, job: &JobHandle) {
        job.precedes(self.pod(), Origin::here());
    }
}

impl LongRunning for super::DaemonSet {}
impl LongRunning for super::Deployment {}
impl LongRunning for super::StatefulSet {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::workload::CronJobHandle {}
    impl Sealed for crate::workload::DaemonSet {}
    impl Sealed for crate::workload::Deployment {}
    impl Sealed for crate::workload::JobHandle {}
    impl Sealed for crate::workload::StatefulSet {}
}
