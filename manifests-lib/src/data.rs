//! What outlives pods: databases, messages and secrets.

pub mod cache;
pub mod database;
pub(crate) mod encryption;
mod login;
mod not_secret;
pub(crate) mod outside_server;
pub(crate) mod pull_secret;
pub mod rabbitmq;
pub(crate) mod secret;
pub(crate) mod secret_of_others;
pub(crate) mod secret_store;
pub(crate) mod synced_secret;

pub use encryption::{CaCertificates, Encryption};
pub use not_secret::NotSecret;
pub use pull_secret::{PullSecret, PullSecretHandle};
pub use secret::{
    Credentials, CredentialsSource, GeneratedCredentials, GeneratedSecret, Secret, SecretKey,
    SecretSource, SecretValue, SecretsManagerSecret,
};
pub use secret_of_others::{ExternalSecretFact, SecretOfOthers};
pub use secret_store::{SecretsManagerStore, SecretsManagerStoreHandle};
pub use synced_secret::{SyncedSecret, SyncedSecretHandle};
