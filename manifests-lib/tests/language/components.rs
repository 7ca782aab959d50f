//! The objects that each part of the language becomes.

mod certificate;
mod container;
mod database;
mod default_deny;
mod delivery;
mod deployment;
mod egress;
mod gateway_api;
mod gateway_route;
mod gateway_service;
mod grafana;
mod host_volume;
mod image;
mod login;
mod mesh_route;
mod message_broker;
mod namespace;
mod objective;
mod patch;
mod platform;
mod probe;
mod raw;
mod secret;
mod secret_store;
mod service;
mod stateful_set;
