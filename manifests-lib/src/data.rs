//! What outlives pods: databases, messages and secrets.

pub mod database;
pub mod message_broker;
pub(crate) mod secret;
pub(crate) mod secret_store;

pub use secret::{
    GeneratedLogin, GeneratedSecret, LoginKeys, LoginSource, Secret, SecretKey, SecretSource,
    SecretText, SecretsManagerSecret,
};
pub use secret_store::{ClusterSecretStore, StoredSecret};
