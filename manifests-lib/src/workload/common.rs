//! What every kind of workload takes: containers and what is beside them in its pods.

use super::pod::Pod;
use super::{Container, ContainerHandle, PortlessContainer, WithPort, WithoutPort};
use crate::model::origin::Origin;

/// What runs pods, whatever keeps them running.
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/controllers/>
pub trait Workload: sealed::Sealed {
    /// The pods that it runs.
    #[doc(hidden)]
    fn pod(&self) -> &Pod;

    /// Adds a container that listens on a port.
    #[track_caller]
    fn container(&self, container: Container) -> ContainerHandle<WithPort> {
        self.pod().container(Origin::here(), container)
    }

    /// Adds a container that listens on no port.
    #[track_caller]
    fn portless_container(&self, container: PortlessContainer) -> ContainerHandle<WithoutPort> {
        self.pod().portless_container(Origin::here(), container)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::workload::Deployment {}
    impl Sealed for crate::workload::StatefulSet {}
}
