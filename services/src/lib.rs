//! The platform: every microservice and every infrastructure tool that it runs on, as typed modules.
//!
//! No module names an environment, and none imports another: what a module depends on is in the signature of its `bundle`.
//! Environments differ by the values and types of [`platform::Settings`], which the environment crates fill in;
//! [`platform::environment`] passes each module its settings and the handles of other modules that it needs.

pub mod app;
pub mod deploy;
pub mod infra;
pub mod node_group;
pub mod platform;
pub mod site;
