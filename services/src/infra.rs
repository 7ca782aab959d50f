//! The infrastructure that the microservices refer to, one file a tool.

mod admission;
pub(crate) mod cert_manager;
pub(crate) mod eks;
pub(crate) mod external_secrets;
pub(crate) mod fluentbit;
pub(crate) mod gateway_api;
pub(crate) mod istio;
pub(crate) mod jaeger;
pub(crate) mod kiali;
pub mod nginx;
pub(crate) mod prometheus;
pub mod rabbitmq;
pub(crate) mod shared;
