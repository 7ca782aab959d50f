//! Limits of a container that differ from what is reserved for it.

use k8s_openapi::api::core::v1 as core;

use super::{ContainerHandle, Resources};
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::{Bytes, Cpu, Name, millicores};

/// What is said of a container's resources beside [`Resources`].
#[derive(Default)]
pub(super) struct Limits {
    cpu: Option<(Origin, Cpu)>,
    /// What is said with a reason.
    departures: Vec<(Origin, String, &'static str)>,
    memory_request: Option<(Origin, Bytes)>,
    errors: Vec<BuildError>,
}

impl<P> ContainerHandle<P> {
    /// Lets the container have no more processor time than this, even where its node has some to spare, and why. The reason is a
    /// [`Departure`](super::Departure) for those who review.
    ///
    /// The build reports a limit below what is reserved, and an empty reason.
    #[track_caller]
    pub fn cpu_limit(&self, limit: Cpu, reason: &'static str) {
        let origin = Origin::here();
        self.limits(|limits| {
            let what = format!("may have {} thousandths of a core", limit.as_millicores());
            limits.departures.push((origin, what, reason));
            limits.explain(origin, "a limit of CPU", reason);
            limits.cpu = Some((origin, limit));
        });
    }

    /// Reserves less memory for the container than it may have, and why: where many take more at once, the node has not enough for
    /// all, and the kernel kills one of them. The reason is a [`Departure`](super::Departure) for those who review.
    ///
    /// The build reports what is not below the limit, and an empty reason.
    #[track_caller]
    pub fn memory_request(&self, request: Bytes, reason: &'static str) {
        let origin = Origin::here();
        self.limits(|limits| {
            let what = format!("reserves {} MiB of memory alone", request.as_mebibytes());
            limits.departures.push((origin, what, reason));
            limits.explain(origin, "a request of memory apart from the limit", reason);
            limits.memory_request = Some((origin, request));
        });
    }
}

impl Limits {
    fn explain(&mut self, origin: Origin, what: &str, reason: &str) {
        if reason.trim().is_empty() {
            let message =
                format!("{what} has an empty reason: say why the container differs from others");
            self.errors.push(BuildError::new(Rule::MissingReason, origin, message));
        }
    }

    /// What is said with a reason: the line, what, and why.
    pub(super) fn departures(&self) -> impl Iterator<Item = (Origin, String, &'static str)> {
        self.departures.iter().cloned()
    }

    /// Whether there is a limit of CPU.
    pub(super) fn has_cpu(&self) -> bool {
        self.cpu.is_some()
    }

    pub(super) fn build(&self, resources: Resources) -> core::ResourceRequirements {
        let mut requirements = resources.requirements();
        if let Some((_, cpu)) = self.cpu {
            requirements.limits.get_or_insert_default().insert("cpu".to_owned(), cpu.into());
        }
        if let Some((_, memory)) = self.memory_request {
            requirements
                .requests
                .get_or_insert_default()
                .insert("memory".to_owned(), memory.into());
        }
        requirements
    }

    pub(super) fn mistakes(&self, container: &Name, resources: Resources) -> Vec<BuildError> {
        let mut errors = self.errors.clone();
        if let Some((origin, cpu)) = self.cpu
            && cpu < resources.cpu.max(millicores(1))
        {
            let message = format!(
                "container {container} reserves {} thousandths of a core and may have {}: the API server would refuse it; raise the \
                 limit",
                resources.cpu.as_millicores(),
                cpu.as_millicores()
            );
            errors.push(BuildError::new(Rule::LimitBelowRequest, origin, message));
        }
        if let Some((origin, memory)) = self.memory_request {
            if memory.as_mebibytes() == 0 {
                let message = format!(
                    "container {container} reserves no memory, and would be the first to be killed on a full node: say how much it \
                     needs at least"
                );
                errors.push(BuildError::new(Rule::ZeroSize, origin, message));
            } else if memory >= resources.memory {
                let message = format!(
                    "container {container} reserves {} MiB of memory and may have {}: reserve less, or remove the line, as what it may have \
                     is reserved by itself",
                    memory.as_mebibytes(),
                    resources.memory.as_mebibytes()
                );
                errors.push(BuildError::new(Rule::LimitBelowRequest, origin, message));
            }
        }
        errors
    }
}
