//! What a container has otherwise than others, for whoever reviews it.

use std::fmt;

use crate::model::origin::Origin;

/// What a container has otherwise than others, and why. No rule forbids it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// The line that says so.
    pub origin: Origin,
    /// The workload and the container: `web-app-deployment/server`.
    pub container: String,
    /// What it has, such as `has no liveness probe`.
    pub what: String,
    /// Why.
    pub reason: &'static str,
}

impl fmt::Display for Departure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { container, what, reason, .. } = self;
        write!(formatter, "{container}: {what}: {reason}")
    }
}
