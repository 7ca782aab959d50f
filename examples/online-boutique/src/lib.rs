//! Online Boutique, a public application of twelve services of which nine speak gRPC: what it is like to write an application of
//! others in the language.
//!
//! The facts (ports, addresses, sizes, who calls whom) are those of <https://github.com/GoogleCloudPlatform/microservices-demo>,
//! release v0.10.6.

pub mod environments;
pub mod platform;
mod services;
mod shop;
