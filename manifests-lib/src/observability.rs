//! What people see of the platform, and who is told when a service is bad.

pub(crate) mod dashboard;
pub mod grafana;
pub(crate) mod objective;

pub use dashboard::{Dashboard, Scheme};
pub use objective::{Latency, LatencyBound, Objective, PerMille, Severity};
