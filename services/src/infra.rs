//! The infrastructure that the microservices run on, one file per tool.

pub mod cert_manager;
pub(crate) mod eks;
pub(crate) mod external_secrets;
pub mod fluentbit;
pub(crate) mod gateway_api;
pub mod istio;
pub mod jaeger;
pub mod kiali;
pub mod nginx;
pub mod prometheus;
pub mod rabbitmq;
pub(crate) mod shared;
