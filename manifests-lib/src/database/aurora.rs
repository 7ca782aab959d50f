//! Aurora MySQL: outside the cluster, known to the mesh by name.

use custom_resources::istio::networking::v1 as networking;

use super::{ClusterSecretStore, DatabaseHandle, MYSQL, credentials};
use crate::bundle::{Output, Part};
use crate::{Component, Host, Name, Origin, Protocol, SecretsManagerName, mesh};

/// A database of an Aurora MySQL 3 cluster.
///
/// Becomes a ServiceEntry that only the own namespace sees, so that the mesh lets the traffic out, and an
/// ExternalSecret with the credentials.
///
/// Upstream: <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Overview.Endpoints.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aurora {
    /// Writer endpoint of the cluster.
    pub endpoint: Host,
    /// Name of the database.
    pub database: Name,
    /// Secret in AWS Secrets Manager with the properties `username` and `password`.
    pub credentials: SecretsManagerName,
}

impl Aurora {
    pub(super) fn add_to(
        &self,
        component: &Component,
        store: &ClusterSecretStore,
        origin: Origin,
    ) -> DatabaseHandle {
        let secret = credentials::from_secrets_manager(
            component,
            origin,
            store,
            &self.credentials,
            ["username", "password"].map(str::to_owned),
        );
        component.bundle.push(AuroraPart {
            component: component.clone(),
            origin,
            endpoint: self.endpoint.clone(),
        });
        DatabaseHandle {
            host: String::from(&self.endpoint),
            port: MYSQL,
            database: self.database.clone(),
            user: secret.key("username"),
            password: secret.key("password"),
            container: None,
        }
    }
}

struct AuroraPart {
    component: Component,
    origin: Origin,
    endpoint: Host,
}

impl Part for AuroraPart {
    fn build(&self, output: &mut Output) {
        output.add(
            self.origin,
            networking::ServiceEntry {
                metadata: self.component.metadata("service-entry"),
                spec: mesh::external_service(
                    &self.endpoint,
                    MYSQL,
                    Protocol::Tcp,
                    self.component.bundle.name.as_str(),
                    mesh::own_namespace(),
                ),
            },
        );
    }
}
