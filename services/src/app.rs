//! The microservices, one file each.

pub(crate) mod account;
pub(crate) mod curl;
pub(crate) mod customer;
pub(crate) mod helloworld;
pub(crate) mod httpbin;
pub(crate) mod orchestrator;
pub(crate) mod order;
pub(crate) mod shared;
