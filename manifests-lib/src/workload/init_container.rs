//! Containers that run before the others of their pod, and sidecars that start before them and run beside them.

use super::container::{ContainerState, RunsFirst};
use super::pod::Pod;
use super::{ContainerHandle, Resources, User};
use crate::model::origin::Origin;
use crate::values::{Image, Name};

/// A container that runs to its end before the containers of its pod start: it fills a folder, waits for something or migrates.
///
/// Becomes one of the pod's `initContainers`, in the order of their lines. One that fails runs again. It listens on no port and has no
/// probe; everything else is as for other containers.
///
/// In the mesh Istio's proxy is a sidecar that starts first, so that an init container calls whatever the containers of its component
/// may call. The annotation `sidecar.istio.io/nativeSidecar` of the pods asks for it: of Istio 1.24 and later, on nodes of Kubernetes
/// 1.29 and later. Before that there is no proxy yet, and no call to the mesh succeeds.
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/pods/init-containers/>
#[derive(Clone, Debug)]
pub struct InitContainer {
    /// Name, unique in the pod: `name!("wait")`.
    pub name: Name,
    /// Image that it runs: `public_image!("…").into()`, or `image.into()` of a setting.
    pub image: Image,
    /// CPU and memory, while it runs: `Resources { cpu: millicores(10), memory: mebibytes(16) }`.
    pub resources: Resources,
    /// User and group id: `uid!(65532)`.
    pub user: User,
}

impl InitContainer {
    pub(super) fn part_of(self, pod: &Pod, origin: Origin) -> ContainerHandle<RunsFirst> {
        let Self { name, image, resources, user } = self;
        let state = ContainerState::new(pod, origin, name, image, resources, user, None);
        ContainerHandle::new(pod, RunsFirst(()), state.first())
    }
}
