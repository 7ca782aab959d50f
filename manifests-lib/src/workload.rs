//! What runs: pods, the objects that keep them running, and their variables and volumes.

mod annotations;
mod common;
mod container;
mod cron_job;
mod daemon_set;
mod deployment;
pub(crate) mod disruption_budget;
pub(crate) mod escapes;
mod go;
mod init_container;
mod job;
mod metrics;
mod placement;
mod pod;
mod probe;
mod replicas;
mod run_to_completion;
mod security;
mod stateful_set;
mod variable;
pub(crate) mod volume;

pub use common::{LongRunning, Workload};
pub use container::{
    Container, ContainerHandle, Exposable, PortlessContainer, Resources, RunsFirst, WithPort,
    WithoutPort,
};
pub use cron_job::{Concurrency, CronJob, CronJobHandle};
pub use daemon_set::DaemonSet;
pub use deployment::Deployment;
pub use go::GoResources;
pub use init_container::InitContainer;
pub use job::{Job, JobHandle};
pub use placement::{NodeGroup, spread};
pub use probe::{HttpGet, KeepsRunning, Probe, TimedProbe};
pub use replicas::{Replicas, ScaleOn};
pub use run_to_completion::{RestartPolicy, RunsToCompletion};
pub use security::{
    Allowance, SecurityException, User, restricted_security_context, runtime_default_seccomp,
};
pub use stateful_set::{StatefulSet, VolumeClaimTemplate, VolumeClaimTemplateHandle};
pub use variable::Variable;
pub use volume::{LocalVolume, LocalVolumeHandle, LocalVolumeNames, Volume, volume_claim};
