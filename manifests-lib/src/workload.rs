//! What runs: pods, the objects that keep them running, and their variables and volumes.

mod annotations;
mod common;
mod container;
mod deployment;
pub(crate) mod disruption_budget;
pub(crate) mod escapes;
mod go;
mod metrics;
mod placement;
mod pod;
mod probe;
mod security;
mod stateful_set;
mod variable;
mod volume;

pub use common::Workload;
pub use container::{
    Container, ContainerHandle, Exposable, PortlessContainer, Resources, WithPort, WithoutPort,
};
pub use deployment::Deployment;
pub use go::GoResources;
pub use placement::{NodeGroup, spread};
pub use probe::{HttpGet, KeepsRunning, Probe, TimedProbe};
pub use security::{
    Allowance, SecurityException, User, restricted_security_context, runtime_default_seccomp,
};
pub use stateful_set::{StatefulSet, VolumeClaimTemplate, VolumeClaimTemplateHandle};
pub use variable::Variable;
pub use volume::{LocalVolume, LocalVolumeHandle, LocalVolumeNames, Volume, volume_claim};
