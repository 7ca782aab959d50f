//! Aurora MySQL: outside the cluster, known to the mesh by name.

use custom_resources::istio::networking::v1 as networking;

use super::{DatabaseHandle, MYSQL};
use crate::data::secret;
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::network::mesh;
use crate::network::outbound::{Destination, MeshHost, Receiver};
use crate::network::protocol::Tcp;
use crate::outside::{DatabaseOutside, Literal};
use crate::values::{Cidr, Name, Region, SecretsManagerName};

/// A database of an Aurora MySQL 3 cluster.
///
/// Becomes a ServiceEntry that only the own namespace sees, so that the mesh lets the traffic out, and an
/// ExternalSecret with the credentials. In a namespace that denies by default, the owner's pods alone may send to it.
///
/// Whether the connection is encrypted is up to the client: it begins in plain text, and the client asks for TLS afterwards, so that no
/// proxy can do it in its place.
///
/// Upstream: <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Overview.Endpoints.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aurora {
    /// Where the cluster is reached.
    pub endpoint: AuroraEndpoint,
    /// The addresses of its subnets, or of the VPC that they are in: where the pods of its owner may send to. `cidr!("192.168.0.0/16")`.
    pub addresses: Cidr,
    /// Name of the database: `name!("account")`.
    pub database: Name,
    /// Secret in AWS Secrets Manager with the properties `username` and `password`: `secrets_manager_name!("prd/account/database")`.
    pub credentials: SecretsManagerName,
}

/// The writer endpoint of an Aurora cluster: `<cluster>.cluster-<account>.<region>.rds.amazonaws.com`.
///
/// A reader's endpoint, or a host that is no cluster, cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuroraEndpoint {
    /// Identifier of the cluster: `name!("account")`.
    pub cluster: Name,
    /// What AWS calls the account in this region, after `cluster-` in every endpoint: `name!("c0example0ab")`.
    pub account: Name,
    /// Region of the cluster: `region!("ap-northeast-1")`.
    pub region: Region,
}

impl AuroraEndpoint {
    pub(crate) fn host(&self) -> String {
        let Self { cluster, account, region } = self;
        format!("{cluster}.cluster-{account}.{region}.rds.amazonaws.com")
    }
}

impl Aurora {
    pub(super) fn add_to(self, owner: &Component, origin: Origin) -> DatabaseHandle {
        let Self { endpoint, addresses, database, credentials } = self;
        let component = owner.of_database(owner.nodes());
        let properties = ["username", "password"].map(str::to_owned);
        let secret = secret::from_secrets_manager(&component, origin, &credentials, properties);
        let host = endpoint.host();
        owner.sends_to(Destination {
            receiver: Receiver::Range(addresses),
            port: MYSQL,
            hosts: vec![MeshHost { namespace: owner.bundle.namespace.clone(), host: host.clone() }],
        });
        let endpoint_part = component.bundle.push(AuroraPart {
            component: component.clone(),
            origin,
            endpoint: host.clone(),
            literal: endpoint.cluster.origin(),
        });
        DatabaseHandle {
            host,
            port: MYSQL,
            database,
            user: secret.key("username").only_for(owner, origin),
            password: secret.key("password").only_for(owner, origin),
            container: None,
            made_for: MadeFor::component(owner, origin),
            made: secret.made.through(&endpoint_part),
        }
    }
}

struct AuroraPart {
    component: Component,
    origin: Origin,
    endpoint: String,
    /// The line that names the cluster.
    literal: Option<Origin>,
}

impl Part for AuroraPart {
    fn build(&self, output: &mut Output<'_>) {
        Literal::tell(output.facts, &self.endpoint, self.literal, self.origin);
        output.facts.push(DatabaseOutside { host: self.endpoint.clone(), origin: self.origin });
        if !output.conventions.has_mesh() {
            return;
        }
        output.add(
            self.origin,
            networking::ServiceEntry {
                metadata: self.component.metadata("service-entry"),
                spec: mesh::external_service::<Tcp>(
                    &self.endpoint,
                    MYSQL,
                    self.component.bundle.name.as_str(),
                    mesh::own_namespace(),
                ),
            },
        );
    }
}
