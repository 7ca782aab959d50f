//! The objects that each part of the language becomes.

mod container;
mod database;
mod default_deny;
mod delivery;
mod deployment;
mod egress;
mod gateway_route;
mod gateway_service;
mod host_volume;
mod image;
mod login;
mod mesh_route;
mod namespace;
mod objective;
mod patch;
mod platform;
mod probe;
mod raw;
mod secret;
mod service;
mod stateful_set;
