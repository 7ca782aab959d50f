//! External Secrets: delivers credentials from AWS Secrets Manager.

use manifests_lib::{ClusterSecretStore, name};

/// The store that reads AWS Secrets Manager.
pub(crate) const STORE: ClusterSecretStore = ClusterSecretStore {
    name: name!("aws-secrets-manager"),
};
