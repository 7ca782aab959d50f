//! The objects that each part of the language becomes.

mod certificate;
mod container;
mod credentials;
mod database;
mod default_deny;
mod delivery;
mod deployment;
mod egress;
mod gateway_api;
mod gateway_route;
mod gateway_service;
mod grafana;
mod image;
mod local_volume;
mod mesh_route;
mod namespace;
mod patch;
mod platform;
mod probe;
mod rabbitmq;
mod raw;
mod secret;
mod secret_store;
mod service;
mod slo;
mod stateful_set;
