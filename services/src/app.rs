//! The microservices, one file each.

pub mod account;
pub(crate) mod curl;
pub mod customer;
pub mod helloworld;
pub mod httpbin;
pub mod orchestrator;
pub mod order;
pub(crate) mod shared;
