//! What runs: pods, the objects that keep them running, and their variables and volumes.

pub(crate) mod addresses;
mod annotations;
mod capability;
mod claim;
mod common;
mod config_files;
mod container;
mod container_port;
mod cron_job;
mod daemon_set;
mod departure;
mod deployment;
pub(crate) mod disruption_budget;
pub(crate) mod escapes;
mod go;
mod init_container;
mod job;
mod lifecycle;
mod limits;
mod metrics;
mod mount;
mod placement;
mod pod;
mod pod_field;
mod probe;
mod progress_deadline;
mod pull_secrets;
mod replicas;
mod run_to_completion;
mod scheduling;
mod scratch;
mod secret_files;
mod security;
mod stateful_set;
mod variable;
pub(crate) mod volume;

pub use capability::Capability;
pub use claim::{VolumeClaim, VolumeClaimHandle};
pub use common::{LongRunning, Workload};
pub use config_files::{ConfigFiles, ConfigFilesHandle};
pub use container::{
    Container, ContainerHandle, Exposable, PortlessContainer, Resources, RunsFirst, WithPort,
    WithoutPort,
};
pub use container_port::{ContainerPort, Listening, Listens};
pub use cron_job::{Concurrency, CronJob, CronJobHandle};
pub use daemon_set::DaemonSet;
pub use departure::Departure;
pub use deployment::Deployment;
pub use go::GoResources;
pub use init_container::InitContainer;
pub use job::{Job, JobHandle};
pub use lifecycle::PreStop;
pub use placement::{NodeGroup, spread};
pub use pod_field::{PodField, ResourceField};
pub use probe::{HttpGet, KeepsRunning, Probe, TimedProbe};
pub use replicas::{Replicas, ScaleOn};
pub use run_to_completion::{RestartPolicy, RunsToCompletion};
pub use scheduling::{NodeLabel, PriorityClass, TaintEffect, Toleration, Topology};
pub use scratch::Scratch;
pub use security::{
    Allowance, SecurityException, User, restricted_security_context, runtime_default_seccomp,
};
pub use stateful_set::{StatefulSet, VolumeClaimTemplate, VolumeClaimTemplateHandle};
pub use variable::Variable;
pub use volume::{LocalVolume, LocalVolumeHandle, LocalVolumeNames, Volume, volume_claim};
