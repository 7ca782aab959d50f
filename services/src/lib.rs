//! The platform: every microservice and every infrastructure tool that it runs on, as typed modules.
//!
//! No module names an environment. They differ by the values of [`environment::Environment`], which the environment crates
//! fill in; [`platform::platform`] puts everything together.

mod app;
pub mod deploy;
pub mod environment;
pub mod infra;
pub mod node_group;
pub mod platform;
