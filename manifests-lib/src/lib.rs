//! A small language of typed parts for Kubernetes manifests.
//!
//! A [`Platform`](platform::Platform) is a list of [`Bundle`](model::Bundle)s; a bundle has
//! [`Component`](model::Component)s; a component runs a [`Deployment`](workload::Deployment) or a
//! [StatefulSet](workload::StatefulSet), whose containers are exposed as a [`Service`](network::Service), which routes,
//! gateways and callers take by reference. Required parts are public fields, optional ones are methods on the handle that
//! adding a part returns. [`Bundle::add`](model::Bundle::add) takes any other typed object, `patch` of a
//! [handle](model::Makes) or a [bundle](model::Bundle::patch) adjusts what was built.
//!
//! Each module is a room that says what is in it; the macros of literals, such as [`name!`], are here. The module of a
//! microservice takes what it needs from the [`prelude`].
//!
//! This crate names no service, no environment and no cluster, and does no input or output: the same parts give the same
//! bytes.

// First: its macros are used in all other modules.
#[macro_use]
pub mod values;

pub mod check;
pub mod cluster;
pub mod data;
pub mod delivery;
mod digest;
pub mod environment;
pub mod model;
pub mod network;
pub mod observability;
pub mod outside;
pub mod platform;
pub mod prelude;
pub mod workload;
pub mod yaml;
