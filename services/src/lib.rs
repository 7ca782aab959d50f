//! The platform: every microservice and every infrastructure tool that it runs on, as typed modules.
//!
//! No module names an environment, and none imports another: what a module depends on is in the signature of its `bundle`.
//! Environments differ by the values and types of [`platform::Settings`], which the environment crates fill in;
//! [`platform::environment`] hands each module its own and what it needs of others.

pub mod app;
pub mod deploy;
pub mod infra;
pub mod node_group;
pub mod platform;
pub mod site;
